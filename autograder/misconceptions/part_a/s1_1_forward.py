"""Wrong answers to A 1.1, the forward process."""

import torch
from torch import Tensor

from autograder.misconceptions import instead_of


@instead_of("forward")
def without_roots(x_0: Tensor, t: int, alpha_bar: Tensor, eps: Tensor) -> Tensor:
    """The weights lack their square roots: ᾱ_t and 1 − ᾱ_t, where equation (A.2) has √ᾱ_t and √(1 − ᾱ_t)."""
    return alpha_bar[t] * x_0 + (1 - alpha_bar[t]) * eps


@instead_of("forward")
def fresh_noise(x_0: Tensor, t: int, alpha_bar: Tensor, eps: Tensor) -> Tensor:
    """The noise in x_t is not the noise that was passed in. Use `eps`; do not draw noise of your own."""
    noise = torch.randn(eps.shape, generator=torch.Generator().manual_seed(0)).to(x_0)
    return alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * noise


@instead_of("forward")
def swapped(x_0: Tensor, t: int, alpha_bar: Tensor, eps: Tensor) -> Tensor:
    """The two weights are swapped: √ᾱ_t belongs to the image x_0, √(1 − ᾱ_t) to the noise."""
    return (1 - alpha_bar[t]).sqrt() * x_0 + alpha_bar[t].sqrt() * eps


@instead_of("forward")
def image_kept(x_0: Tensor, t: int, alpha_bar: Tensor, eps: Tensor) -> Tensor:
    """You added noise to the unchanged image. Equation (A.2) also shrinks the image, by √ᾱ_t."""
    return x_0 + (1 - alpha_bar[t]).sqrt() * eps


@instead_of("forward")
def cumulated_again(x_0: Tensor, t: int, alpha_bar: Tensor, eps: Tensor) -> Tensor:
    """You took the cumulative product of `alpha_bar`. It already is one: just look up its entry at t."""
    alpha_bar_t = alpha_bar.cumprod(0)[t]
    return alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
