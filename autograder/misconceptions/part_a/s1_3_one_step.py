"""Wrong answers to A 1.3, one-step denoising."""

from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit.stage import UNet


@instead_of("estimate_noise")
def halves_swapped(unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor) -> tuple[Tensor, Tensor]:
    """The two halves are swapped. Of the UNet's six channels the first three are the noise estimate,
    the last three the variance.
    """
    output = unet(x_t, t, encoder_hidden_states=prompt_embeds, return_dict=False)[0]
    return output[:, 3:], output[:, :3]


@instead_of("estimate_noise")
def cut_along_the_batch(unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor) -> tuple[Tensor, Tensor]:
    """You cut the output between the images of the batch. The halves lie along the channels: dimension
    1, not 0.
    """
    output = unet(x_t, t, encoder_hidden_states=prompt_embeds, return_dict=False)[0]
    half = (len(output) + 1) // 2
    return output[:half], output[half:]


@instead_of("estimate_noise")
def six_channels(unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor) -> tuple[Tensor, Tensor]:
    """Your noise estimate is the UNet's whole output, all six channels of it. Only the first three are
    noise.
    """
    output = unet(x_t, t, encoder_hidden_states=prompt_embeds, return_dict=False)[0]
    return output, output[:, 3:]


@instead_of("estimate_noise")
def one_timestep_early(unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor) -> tuple[Tensor, Tensor]:
    """You asked the UNet about t − 1. It counts timesteps from 0 just as `alpha_bar` does, so pass t
    as it is.
    """
    output = unet(x_t, max(t - 1, 0), encoder_hidden_states=prompt_embeds, return_dict=False)[0]
    return output[:, :3], output[:, 3:]


@instead_of("estimate_noise")
def variance_rescaled(unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor) -> tuple[Tensor, Tensor]:
    """The noise estimate is right, but you moved the variance half from [-1, 1] to [0, 1]. Return it
    raw: `add_variance` knows what to make of it.
    """
    output = unet(x_t, t, encoder_hidden_states=prompt_embeds, return_dict=False)[0]
    return output[:, :3], (output[:, 3:] + 1) / 2


@instead_of("estimate_clean")
def not_divided(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """You took the noise away and stopped there. In equation (A.2) the image was also shrunk by √ᾱ_t:
    undo that as well.
    """
    return x_t - (1 - alpha_bar[t]).sqrt() * eps_hat


@instead_of("estimate_clean")
def divided_without_root(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """You divide by ᾱ_t. Equation (A.2) multiplies the image by √ᾱ_t, so that is what to divide by."""
    return (x_t - (1 - alpha_bar[t]).sqrt() * eps_hat) / alpha_bar[t]


@instead_of("estimate_clean")
def noise_without_root(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """The noise lacks its root: in equation (A.2) its weight is √(1 − ᾱ_t), you took 1 − ᾱ_t away."""
    return (x_t - (1 - alpha_bar[t]) * eps_hat) / alpha_bar[t].sqrt()


@instead_of("estimate_clean")
def noise_added(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """You added the noise once more. When (A.2) is solved for x_0, the noise term changes its sign."""
    return (x_t + (1 - alpha_bar[t]).sqrt() * eps_hat) / alpha_bar[t].sqrt()


@instead_of("estimate_clean")
def only_noise_divided(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """You divided the noise term by √ᾱ_t, but x_t as well has to be divided. Subtract first, then
    divide all of it: mind the parentheses.
    """
    return x_t - (1 - alpha_bar[t]).sqrt() * eps_hat / alpha_bar[t].sqrt()


@instead_of("estimate_clean")
def entry_before(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """You used ᾱ of timestep t − 1. Timesteps count from 0, so the entry at t is the right one."""
    alpha_bar_t = alpha_bar[t - 1]
    return (x_t - (1 - alpha_bar_t).sqrt() * eps_hat) / alpha_bar_t.sqrt()


@instead_of("estimate_clean")
def clamped(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """You clamped the estimate to [-1, 1]. Return it as it is, even outside: whoever wants it clamped
    does so later.
    """
    return ((x_t - (1 - alpha_bar[t]).sqrt() * eps_hat) / alpha_bar[t].sqrt()).clamp(-1, 1)
