"""Rotation by indices; the second prompt asked first; the second prompt's variance, turned back."""

from course.toolkit import seeds

from .s1_6_guidance import estimate_noise_cfg, step


def rotate_180(image):
    height, width = image.shape[-2:]
    rows = [height - 1 - i for i in range(height)]
    columns = [width - 1 - i for i in range(width)]
    return image[..., rows, :][..., columns]


def anagram_estimate(unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma):
    eps_2, variance = estimate_noise_cfg(unet, rotate_180(x_t), t, prompt_embeds_2, uncond_embeds, gamma)
    eps_1, _ = estimate_noise_cfg(unet, x_t, t, prompt_embeds_1, uncond_embeds, gamma)
    return (rotate_180(eps_2) + eps_1).div(2), rotate_180(variance)


def visual_anagrams(
    stage_1, shape, timesteps, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma, generator
):
    x_t = seeds.noise(shape, generator)
    for i in range(len(timesteps) - 1):
        t, t_prime = timesteps[i : i + 2]
        eps_hat, variance = anagram_estimate(
            stage_1.unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        yield x_t
