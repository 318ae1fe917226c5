"""All estimates of a hybrid in one call of the UNet, the null prompt once; the close prompt's variance."""

import torch
from torchvision.transforms.functional import gaussian_blur

from .s1_6_guidance import guide, step


def low_pass(image, kernel_size=33, sigma=2.0):
    return gaussian_blur(image, [kernel_size, kernel_size], [sigma, sigma])


def high_pass(image, kernel_size=33, sigma=2.0):
    return image - gaussian_blur(image, [kernel_size, kernel_size], [sigma, sigma])


def hybrid_estimate(unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma, kernel_size=33, sigma=2.0):
    embeds = torch.cat([uncond_embeds, far_embeds, close_embeds])
    output = unet(x_t.repeat(3, 1, 1, 1), t, embeds, return_dict=False)[0]
    eps_hat, variance = output.chunk(2, dim=1)
    null, far, close = eps_hat.chunk(3)
    far, close = guide(null, far, gamma), guide(null, close, gamma)
    return close + low_pass(far - close, kernel_size, sigma), variance.chunk(3)[2]


def make_hybrids(
    stage_1,
    shape,
    timesteps,
    far_embeds,
    close_embeds,
    uncond_embeds,
    gamma,
    generator,
    kernel_size=33,
    sigma=2.0,
):
    prompts = far_embeds, close_embeds, uncond_embeds, gamma, kernel_size, sigma
    x_t = torch.randn(shape, generator=generator)
    for i, t in enumerate(timesteps[:-1]):
        t_prime = timesteps[i + 1]
        estimates = hybrid_estimate(stage_1.unet, x_t, t, *prompts)
        x_t = step(stage_1, x_t, t, t_prime, *estimates, generator)
        yield x_t
