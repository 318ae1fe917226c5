"""Split by channels; one product instead of a quotient."""

from .s1_1_forward import forward  # noqa: F401 - as students leave them


def estimate_noise(unet, x_t, t, prompt_embeds):
    return unet(x_t, t, prompt_embeds, return_dict=False)[0].split(3, dim=1)


def estimate_clean(x_t, t, alpha_bar, eps_hat):
    return alpha_bar[t].rsqrt() * x_t - (1 / alpha_bar[t] - 1).sqrt() * eps_hat
