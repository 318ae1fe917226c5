"""Seeded inputs for the checks: published for the students, secret for grading, by one rule."""

import hashlib
import hmac
from functools import lru_cache
from itertools import pairwise
from math import cos, pi

import torch
from torch import Tensor

from autograder.link.oracle import Oracle
from course.toolkit import seeds

PUBLIC = b"published, so that everybody can check at home"
NUM_TIMESTEPS = 1000


class Draw:
    """The inputs of one check; the same secret and check give the same inputs everywhere."""

    def __init__(self, secret: bytes, check: str) -> None:
        """Seed by HMAC-SHA256 of the check's name under the secret."""
        self._secret, self._check = secret, check
        digest = hmac.new(secret, check.encode(), hashlib.sha256).digest()
        self._generator = seeds.generator(int.from_bytes(digest[:7], "big"))

    def at(self, seed: int) -> "Draw":
        """Return the inputs of an example of a property test, the same ones whenever it is tried again."""
        return Draw(self._secret, f"{self._check}/{seed}")

    def integer(self, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        return int(torch.randint(low, high + 1, (1,), generator=self._generator))

    def number(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        share = torch.rand(1, generator=self._generator, dtype=torch.float64)
        return low + (high - low) * float(share)

    def noise(self, count: int = 2, size: int = 8) -> Tensor:
        """Return N(0, 1) noise, (count, 3, size, size)."""
        return seeds.noise((count, 3, size, size), self._generator)

    def images(self, count: int = 2, size: int = 8) -> Tensor:
        """Return images of independent pixels in [-1, 1), (count, 3, size, size)."""
        return 2 * torch.rand(count, 3, size, size, generator=self._generator) - 1

    def generator(self) -> torch.Generator:
        """Return a new generator for the student's function."""
        return seeds.generator(self.integer(0, 2**40))

    def alpha_bar(self) -> Tensor:
        """Return a noise schedule, (1000,): a cosine schedule with a random exponent near 2."""
        return cosine_alpha_bar(self.number(1.6, 2.4))

    def timesteps(self, count: int = 3) -> list[int]:
        """Return one timestep of the clean, the middle and the noisy third, and so on for other counts."""
        width = NUM_TIMESTEPS // count
        return [self.integer(max(1, i * width), (i + 1) * width - 1) for i in range(count)]

    def falling(self, steps: int = 6) -> list[int]:
        """Return steps + 1 evenly strided timesteps, from a random noisy one down to 0."""
        stride = self.integer(120, 990 // steps)
        return list(range(0, stride * steps + 1, stride))[::-1]

    def oracle(
        self, alpha_bar: Tensor, *, size: int = 8, prompts: int = 3, centres: int = 3, plain: bool = False
    ) -> Oracle:
        """Return an oracle whose images lie so close to 0 that guidance by 7 does not leave [-1, 1].

        plain: all prompts but the null one predict the same variance, the same for all pixels.
        """
        close = 0.03 * (2 * torch.rand(prompts, centres, 3, size, size, generator=self._generator) - 1)
        embeds = torch.randn(prompts, 4, 6, generator=self._generator)
        variances = 2 * torch.rand(prompts, 3, size, size, generator=self._generator) - 1
        if plain:
            variances = variances[:, :1, :1, :1][[0, *[1] * (prompts - 1)]].expand_as(variances)
        return Oracle(close.double(), 0.03, embeds, alpha_bar, variances, self.integer(0, 2**40))


def cosine_alpha_bar(exponent: float = 2.0, num_timesteps: int = NUM_TIMESTEPS) -> Tensor:
    """Return a cosine schedule (num_timesteps,) (Nichol & Dhariwal 2021, eq. 17, where the exponent is 2)."""
    return _schedule(exponent, num_timesteps).clone()


@lru_cache(maxsize=512)
def _schedule(exponent: float, num_timesteps: int) -> Tensor:
    """Return the schedule, computed once for a class: a secret draws the same ones for every submission."""

    def level(t: int) -> float:
        return float(cos((t / num_timesteps + 0.008) / 1.008 * pi / 2) ** exponent)

    levels = [level(t) for t in range(num_timesteps + 1)]
    betas = [min(1 - after / before, 0.999) for before, after in pairwise(levels)]
    return (1 - torch.tensor(betas, dtype=torch.float64)).cumprod(0).float()
