"""The pretrained model as the exercises see it: a noise estimator, its schedule and its variance.

Part A calls it `stage_1`, after the first of DeepFloyd IF's two stages.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from course.toolkit import seeds

SMALLEST_VARIANCE = 1e-20


class UNet(Protocol):
    """A noise estimator with the call of diffusers' `UNet2DConditionModel`."""

    def __call__(
        self, sample: Tensor, timestep: int | Tensor, encoder_hidden_states: Tensor, return_dict: bool = True
    ) -> Any:
        """Return a tuple (`return_dict=False`) whose first entry is (B, 6, H, W).

        sample: (B, 3, H, W).  timestep: in [0, T).  encoder_hidden_states: (B, L, D).
        Channels 0-2 are the noise estimate, channels 3-5 the predicted variance.
        """
        ...


class AddVariance(Protocol):
    """The rule that adds the random part v_sigma of equation (A.3)."""

    def __call__(
        self, mean: Tensor, predicted_variance: Tensor, t: int, t_prime: int, generator: torch.Generator
    ) -> Tensor:
        """Return mean + v_sigma for the step from t down to t_prime; shapes as in `add_variance`."""
        ...


@dataclass(frozen=True)
class Stage:
    """One stage of a pretrained pixel diffusion model.

    `unet(x_t, t, encoder_hidden_states=e, return_dict=False)[0]` is (B, 6, H, W); `alpha_bar` is (T,);
    `add_variance(mean, predicted_variance, t, t_prime, generator)` is mean + v_sigma.
    """

    unet: UNet
    alpha_bar: Tensor
    add_variance: AddVariance


def log_variance(predicted_variance: Tensor, t: int, t_prime: int, alpha_bar: Tensor) -> Tensor:
    """Return log sigma**2 of the step from t to t_prime (Nichol & Dhariwal 2021, eq. 15).

    predicted_variance: any shape, the model's raw output, meant to lie in [-1, 1]: -1 is the posterior
    variance, 1 is beta, and between them their logarithms are interpolated.  alpha_bar: (T,).
    Returns float32 at least, of the shape of predicted_variance, on its device.
    Raises ValueError unless 0 <= t_prime < t < T.
    """
    if not 0 <= t_prime < t < len(alpha_bar):
        last = len(alpha_bar) - 1
        raise ValueError(f"t = {t}, t_prime = {t_prime}, but a step goes down: 0 <= t_prime < t <= {last}")
    v = predicted_variance if predicted_variance.dtype == torch.float64 else predicted_variance.float()
    alpha_bar_t, alpha_bar_prime = alpha_bar[t].to(v), alpha_bar[t_prime].to(v)
    beta = 1 - alpha_bar_t / alpha_bar_prime
    posterior = (1 - alpha_bar_prime) / (1 - alpha_bar_t) * beta
    largest = beta.clamp(min=SMALLEST_VARIANCE).log()
    smallest = posterior.clamp(min=SMALLEST_VARIANCE).log()
    share = (v + 1) / 2
    return share * largest + (1 - share) * smallest


def add_variance(
    mean: Tensor,
    predicted_variance: Tensor,
    t: int,
    t_prime: int,
    alpha_bar: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Return mean + v_sigma, the random part of the step from t to t_prime (the last term of A.3).

    mean, predicted_variance: (B, 3, H, W).  alpha_bar: (T,).  The noise comes from `generator`; the
    result has the dtype and device of mean.  Errors as in `log_variance`.
    """
    sigma = torch.exp(0.5 * log_variance(predicted_variance, t, t_prime, alpha_bar))
    z = seeds.noise(mean.shape, generator, dtype=sigma.dtype, device=sigma.device)
    return mean + (sigma * z).to(mean)


def make_stage(unet: UNet, alpha_bar: Tensor) -> Stage:
    """Return the stage of a noise estimator and its schedule, `add_variance` bound to alpha_bar (T,)."""

    def bound(
        mean: Tensor, predicted_variance: Tensor, t: int, t_prime: int, generator: torch.Generator
    ) -> Tensor:
        return add_variance(mean, predicted_variance, t, t_prime, alpha_bar, generator)

    return Stage(unet, alpha_bar, bound)
