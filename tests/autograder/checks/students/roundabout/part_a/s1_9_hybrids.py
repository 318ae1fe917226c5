"""The blur of section 1.2, the close prompt asked first, the mean of the variances."""

from course.toolkit import seeds

from .s1_2_blur import blur_denoise
from .s1_6_guidance import estimate_noise_cfg, step


def low_pass(image, kernel_size=33, sigma=2.0):
    return blur_denoise(image, kernel_size, sigma)


def high_pass(image, kernel_size=33, sigma=2.0):
    return image.double() - low_pass(image, kernel_size, sigma)


def hybrid_estimate(unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma, kernel_size=33, sigma=2.0):
    close, variance = estimate_noise_cfg(unet, x_t, t, close_embeds, uncond_embeds, gamma)
    far, other = estimate_noise_cfg(unet, x_t, t, far_embeds, uncond_embeds, gamma)
    eps_hat = high_pass(close, kernel_size, sigma) + low_pass(far, kernel_size, sigma)
    return eps_hat.float(), (variance + other) / 2


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
    x_t, steps = seeds.noise(shape, generator), len(timesteps) - 1
    for i in range(steps):
        eps_hat, variance = hybrid_estimate(
            stage_1.unet,
            x_t,
            timesteps[i],
            far_embeds=far_embeds,
            close_embeds=close_embeds,
            uncond_embeds=uncond_embeds,
            gamma=gamma,
            kernel_size=kernel_size,
            sigma=sigma,
        )
        x_t = step(stage_1, x_t, timesteps[i], timesteps[i + 1], eps_hat, variance, generator)
        yield x_t
