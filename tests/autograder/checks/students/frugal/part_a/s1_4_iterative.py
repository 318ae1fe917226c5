"""Everything inlined; the images are collected and returned as a list; no clamp."""

from .s1_3_one_step import estimate_noise


def strided_timesteps(num_timesteps=1000, stride=30):
    return [*reversed(range(0, num_timesteps, stride))]


def denoise_step(x_t, t, t_prime, alpha_bar, x0_hat):
    now, then = alpha_bar[t], alpha_bar[t_prime]
    from_clean = (then - now) / then.sqrt() * x0_hat
    return (from_clean + (now / then).sqrt() * (1 - then) * x_t) / (1 - now)


def iterative_denoise(stage_1, x_t, i_start, timesteps, prompt_embeds, generator):
    images, alpha_bar = [], stage_1.alpha_bar
    for i in range(i_start, len(timesteps) - 1):
        t, t_prime = timesteps[i], timesteps[i + 1]
        eps_hat, variance = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
        x0_hat = (x_t - (1 - alpha_bar[t]).sqrt() * eps_hat) / alpha_bar[t].sqrt()
        mean = denoise_step(x_t, t, t_prime, alpha_bar, x0_hat)
        x_t = stage_1.add_variance(mean, variance, t, t_prime, generator)
        images.append(x_t)
    return images
