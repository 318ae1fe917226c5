"""All four estimates of an anagram in one call of the UNet; the mean of both variances."""

import torch

from .s1_6_guidance import guide, step


def rotate_180(image):
    return image.rot90(2, (-2, -1))


def anagram_estimate(unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma):
    turned = rotate_180(x_t)
    embeds = torch.cat([prompt_embeds_1, uncond_embeds, prompt_embeds_2, uncond_embeds])
    output = unet(torch.cat([x_t, x_t, turned, turned]), t, embeds, return_dict=False)[0]
    first, null, second, turned_null = output.chunk(4)
    eps_1 = guide(null[:, :3], first[:, :3], gamma)
    eps_2 = guide(turned_null[:, :3], second[:, :3], gamma)
    return 0.5 * eps_1 + 0.5 * rotate_180(eps_2), (first[:, 3:] + rotate_180(second[:, 3:])) / 2


def visual_anagrams(
    stage_1, shape, timesteps, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma, generator
):
    x_t = torch.randn(shape, generator=generator)
    for i, t in enumerate(timesteps[:-1]):
        t_prime = timesteps[i + 1]
        estimates = anagram_estimate(
            stage_1.unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        x_t = step(stage_1, x_t, t, t_prime, *estimates, generator)
        yield x_t
