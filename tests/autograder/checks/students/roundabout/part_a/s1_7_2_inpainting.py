"""The mask made as large as the image; its own step; a subclass-free sum in another order."""

from course.toolkit import seeds

from .s1_1_forward import forward
from .s1_6_guidance import estimate_noise_cfg, step


def inpaint(stage_1, x_orig, mask, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    everywhere = mask.expand_as(x_orig).double()
    x_t = seeds.noise(tuple(x_orig.shape), generator)
    for i, t in enumerate(timesteps[:-1]):
        t_prime = timesteps[i + 1]
        eps_hat, variance = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        new = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        kept = forward(x_orig, t_prime, stage_1.alpha_bar, seeds.noise(tuple(x_orig.shape), generator))
        x_t = ((1 - everywhere) * kept + everywhere * new).float()
        yield x_t
