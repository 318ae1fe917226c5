"""The forward process inlined, the loop's images passed on one by one."""

from course.toolkit import seeds

from .s1_6_guidance import iterative_denoise_cfg


def sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    alpha_bar_t = stage_1.alpha_bar[timesteps[i_start]].item()
    eps = seeds.noise(x_0.shape, generator)
    x_t = alpha_bar_t**0.5 * x_0 + (1 - alpha_bar_t) ** 0.5 * eps
    loop = iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )
    yield from [*loop]
