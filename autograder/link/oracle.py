"""A denoiser whose right answer is known, and which remembers what it was asked.

The images of a prompt are a mixture of narrow Gaussians around a few known centres. For those the best
possible noise estimate has a closed form, so the oracle stands in for a trained UNet, exactly and in
microseconds. It lives in the trusted process; student code only ever holds callbacks to it.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from course.toolkit import seeds
from course.toolkit.stage import Stage, log_variance

PROMPT_NAMES = ("the null prompt", "the prompt", "the second prompt")
UNKNOWN = "embeddings that it was not given"


@dataclass
class Step:
    """What happened at one timestep: what the UNet was asked, and which variance was added to what."""

    t: int
    asked: dict[str, list[Tensor]] = field(default_factory=dict)
    """By the prompt's name, the images (3, H, W) that came with it, one by one."""
    mean: Tensor | None = None
    variance: Tensor | None = None
    t_prime: int | None = None


@dataclass
class Oracle:
    """The exact denoiser of Gaussian mixtures, one mixture a prompt.

    centres: (P, K, 3, H, W), float64; with K = 1 every pixel is estimated on its own.  spread: the standard
    deviation around a centre.  prompts: (P, L, D), the null prompt first.  alpha_bar: (T,).
    variances: (P, 3, H, W) in [-1, 1], what the variance channels say.  seed: of the noise that
    add_variance adds, which depends on nothing else than the timesteps.
    """

    centres: Tensor
    spread: float
    prompts: Tensor
    alpha_bar: Tensor
    variances: Tensor
    seed: int
    steps: list[Step] = field(default_factory=list)

    def stage(self) -> Stage:
        """Return the stage that a student's loop is given."""
        return Stage(self.unet, self.alpha_bar, self.add_variance)

    def unet(
        self,
        sample: Tensor,
        timestep: int | Tensor,
        encoder_hidden_states: Tensor | None = None,
        return_dict: bool = True,
    ) -> Any:
        """Return the best estimate, called and answering as diffusers' UNet.

        Raises ValueError when the arguments do not fit each other.
        """
        t, rows = self._understood(sample, timestep, encoder_hidden_states)
        self._remember(t, sample, rows)
        halves = [self.estimate(sample, t, rows), self.variances[rows].to(sample)]
        output = torch.cat(halves, dim=1)
        return SimpleNamespace(sample=output) if return_dict else (output,)

    def estimate(self, x_t: Tensor, t: int, rows: list[int]) -> Tensor:
        """Return E[eps | x_t] of the prompts in `rows`, (B, 3, H, W), in the dtype of x_t.

        The posterior mean of a Gaussian mixture: each centre's, weighted by how well it explains x_t.
        Half precision is widened first, since 1 − ᾱ_t would be rounded to 0 in it.
        """
        x = x_t if x_t.dtype == torch.float64 else x_t.float()
        alpha_bar_t, variance = self.alpha_bar[t].to(x), self.spread**2
        total = alpha_bar_t * variance + 1 - alpha_bar_t
        centres = self.centres[rows].to(x)
        residual = x[:, None] - alpha_bar_t.sqrt() * centres
        weights = (-residual.square().flatten(2).sum(2) / (2 * total)).softmax(1)
        shifts = alpha_bar_t.sqrt() * variance / total * residual
        x0_hat = (weights[..., None, None, None] * (centres + shifts)).sum(1)
        return ((x - alpha_bar_t.sqrt() * x0_hat) / (1 - alpha_bar_t).sqrt()).to(x_t)

    def add_variance(
        self, mean: Tensor, predicted_variance: Tensor, t: int, t_prime: int, generator: torch.Generator
    ) -> Tensor:
        """Return mean + v_sigma as the toolkit's `add_variance` does, with the oracle's own noise.

        Raises ValueError when the shapes differ or the step does not go down.
        """
        if mean.shape != predicted_variance.shape:
            shapes = f"{tuple(mean.shape)} and {tuple(predicted_variance.shape)}"
            raise ValueError(
                f"add_variance: mean and predicted_variance have the shapes {shapes}, not the same"
            )
        t, t_prime = int(t), int(t_prime)
        step = self._step(t)
        step.mean, step.variance, step.t_prime = mean, predicted_variance, t_prime
        sigma = torch.exp(0.5 * log_variance(predicted_variance, t, t_prime, self.alpha_bar))
        own = seeds.generator((self.seed + 1_000 * t + t_prime) % 2**63)
        return mean + (sigma * seeds.noise(mean.shape, own, dtype=sigma.dtype)).to(mean)

    def double(self) -> "Oracle":
        """Return the same oracle with float64 throughout and nothing to remember."""
        return Oracle(
            self.centres,
            self.spread,
            self.prompts.double(),
            self.alpha_bar.double(),
            self.variances,
            self.seed,
        )

    def forget(self) -> None:
        """Begin a new list of steps."""
        self.steps = []

    def _understood(
        self, sample: Tensor, timestep: int | Tensor, embeds: Tensor | None
    ) -> tuple[int, list[int]]:
        if sample.shape[1:] != self.centres.shape[2:]:
            wanted = ("B", *self.centres.shape[2:])
            raise ValueError(f"the UNet was given an image of shape {tuple(sample.shape)}; it wants {wanted}")
        if (
            embeds is None
            or embeds.shape[1:] != self.prompts.shape[1:]
            or len(embeds) not in (1, len(sample))
        ):
            shape = None if embeds is None else tuple(embeds.shape)
            wanted = (len(sample), *self.prompts.shape[1:])
            raise ValueError(f"the UNet was given encoder_hidden_states of shape {shape}; it wants {wanted}")
        times = {int(t) for t in torch.as_tensor(timestep).flatten()}
        if len(times) != 1 or not 0 <= min(times) < len(self.alpha_bar):
            raise ValueError(f"the UNet was given the timestep {timestep}; it wants one in [0, T)")
        return times.pop(), [self._row(embed) for embed in embeds.expand(len(sample), -1, -1)]

    def _row(self, embed: Tensor) -> int:
        distances = (self.prompts.to(embed) - embed).abs().amax((1, 2))
        row = int(distances.argmin())
        if distances[row] > 1e-3:
            raise ValueError(f"the UNet was given {UNKNOWN}: neither the prompt's nor the null prompt's")
        return row

    def _remember(self, t: int, sample: Tensor, rows: list[int]) -> None:
        step = self._step(t)
        for row, image in zip(rows, sample, strict=True):
            step.asked.setdefault(PROMPT_NAMES[row], []).append(image)

    def _step(self, t: int) -> Step:
        """Return the step under way; another timestep, or a question after the variance, begins a new one."""
        if not self.steps or self.steps[-1].t != t or self.steps[-1].mean is not None:
            self.steps.append(Step(t))
        return self.steps[-1]
