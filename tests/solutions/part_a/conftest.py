"""A world whose every probability is known, and diffusers' schedule to live by."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from course.toolkit.stage import Stage, make_stage

STRIDED = list(range(990, -1, -30))
COUNT, SIZE = 400, 8
SIGMAS = 5.5


@dataclass
class World:
    """Images that are, for every prompt, N(mean image, spread²) in each pixel; a prompt embeds as its mean.

    Its `unet` is exact: E[eps | x_t], and the variance of the true posterior of every step of `timesteps`,
    which lies between the two bounds of the learned range whenever 0 < spread < 1.
    """

    alpha_bar: Tensor
    spread: float = 0.1
    timesteps: list[int] = field(default_factory=lambda: list(STRIDED))
    calls: list[tuple[int, Tensor, Tensor]] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        return make_stage(self.unet, self.alpha_bar)

    @property
    def quiet_stage(self) -> Stage:
        """The same without any v_sigma, so that it does not matter who draws noise when."""
        return Stage(self.unet, self.alpha_bar, lambda mean, *_: mean)

    def unet(self, sample: Tensor, timestep: int, encoder_hidden_states: Tensor, return_dict=True) -> Any:
        assert return_dict is False
        self.calls.append((int(timestep), sample, encoder_hidden_states))
        x_t, level = sample.float(), float(self.alpha_bar[int(timestep)])
        mean = encoder_hidden_states.float().reshape(x_t.shape)
        eps = math.sqrt(1 - level) * (x_t - math.sqrt(level) * mean) / self.variance(timestep)
        return (torch.cat([eps, torch.full_like(eps, self.share(int(timestep)))], 1).to(sample),)

    def variance(self, t: int) -> float:
        """Var[x_t] of a pixel."""
        level = float(self.alpha_bar[t])
        return level * self.spread**2 + 1 - level

    def share(self, t: int) -> float:
        """Where log Var[x_t′ | x_t] lies between its bounds, from -1 (beta tilde) to 1 (beta)."""
        steps = dict(pairwise(self.timesteps))
        if t not in steps:
            return 0.0
        level, cleaner = float(self.alpha_bar[t]), float(self.alpha_bar[steps[t]])
        beta = 1 - level / cleaner
        smallest = (1 - cleaner) / (1 - level) * beta
        of_x_0 = self.spread**2 * (1 - level) / self.variance(t)
        exact = smallest + (math.sqrt(cleaner) * beta / (1 - level)) ** 2 * of_x_0
        return 2 * math.log(exact / smallest) / math.log(beta / smallest) - 1


@pytest.fixture(scope="session")
def scheduler():
    """Return the DeepFloyd IF scheduler without its clipping, on the strided timesteps."""
    from diffusers import DDPMScheduler

    made = DDPMScheduler(
        beta_schedule="squaredcos_cap_v2",
        variance_type="learned_range",
        prediction_type="epsilon",
        clip_sample=False,
    )
    made.set_timesteps(timesteps=STRIDED)
    return made


@pytest.fixture(scope="session")
def alpha_bar(scheduler) -> Tensor:
    return scheduler.alphas_cumprod


@pytest.fixture
def world(alpha_bar: Tensor) -> World:
    return World(alpha_bar)


@pytest.fixture(scope="session")
def picture() -> Callable[..., Tensor]:
    """Return a function that draws a mean image, (1, 3, SIZE, SIZE), close to 0."""

    def draw(seed: int, size: int = SIZE) -> Tensor:
        return 0.08 * (2 * torch.rand(1, 3, size, size, generator=seeds.generator(seed)) - 1)

    return draw


@pytest.fixture(scope="session")
def embed() -> Callable[..., Tensor]:
    """Return a function that embeds a mean image for a batch: (count, 3, H * W)."""

    def embed(mean: Tensor, count: int = COUNT) -> Tensor:
        return mean.flatten(2).expand(count, -1, -1)

    return embed


@pytest.fixture(scope="session")
def surprise() -> Callable[[Tensor, Tensor, float], float]:
    """Return a function that says how far samples are from N(mean, variance), as a share of SIGMAS.

    It looks at the mean of each of the 192 pixels and at the variance of all.  Samples that are right exceed
    1 in one of 100,000 seeds (193 numbers within 5.5 standard errors); the seeds here are fixed.
    """

    def judge(samples: Tensor, mean: Tensor, variance: float) -> float:
        z = (samples - mean).double() / math.sqrt(variance)
        of_means = z.mean(0).abs().max() * math.sqrt(len(z))
        of_variance = (z.square().mean() - 1).abs() / math.sqrt(2 / z.numel())
        return float(max(of_means, of_variance)) / SIGMAS

    return judge


@pytest.fixture
def pipeline_latents(miniature) -> Callable[..., tuple[list[Tensor], Tensor]]:
    """Return a function that runs diffusers' whole pipeline on the miniature.

    clip: whether x0_hat is clamped, as DeepFloyd IF does.  It returns the image after every step, and what
    the pipeline makes of the last.
    """
    from diffusers import DDPMScheduler, IFPipeline

    def run(*, clip: bool, **arguments: Any) -> tuple[list[Tensor], Tensor]:
        parts = dict(miniature.pipeline.components)
        parts["scheduler"] = DDPMScheduler.from_config(parts["scheduler"].config, clip_sample=clip)
        pipeline = IFPipeline(**parts, requires_safety_checker=False)
        pipeline.set_progress_bar_config(disable=True)
        latents: list[Tensor] = []
        result = pipeline(
            callback=lambda _i, _t, latent: latents.append(latent), output_type="pt", **arguments
        )
        return latents, result.images

    return run
