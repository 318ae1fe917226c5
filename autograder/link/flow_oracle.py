"""A network for flow matching whose right answer is known, and which remembers what it was asked.

For Gaussian digits the mean velocity of all straight lines through a point has a closed form: the digit to
be expected there minus the noise to be expected there. It lives in the trusted process.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from .digit_oracle import DigitOracle

NEAREST = 1e-6
"""How near to t = 1 a velocity is told; there the noise would be 0 / 0."""


@dataclass
class FlowOracle(DigitOracle):
    """The exact velocity field from N(0, I) at t = 0 to Gaussian digits at t = 1.

    `timed` and `classed` are its two networks; they answer with E[data − noise | x_t] where a `DigitOracle`
    answers with E[noise | x_t].  With one digit and no spread every path is straight, so Euler's method is
    exact.
    alpha_bars, sigma: mean nothing here.
    """

    alpha_bars: Tensor = field(default_factory=lambda: torch.ones(1))

    def velocity(self, x: Tensor, t: Tensor, c: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """Return the velocity at x (N, 1, H, W), in float64, and remember nothing.

        t: (N,).  c, mask: (N,), the digits, and 0 where the digit is unknown; without c it always is.
        """
        kept = torch.ones(len(x)) if mask is None else mask
        return self._noise(x.double(), t, self._prior(x, c, kept))

    def _noise(self, x: Tensor, t: Tensor, prior: Tensor) -> Tensor:
        """Return the velocity in the place of the noise, computed in float64."""
        point, time = x.double(), t.double().clamp(max=1 - NEAREST)
        data = self.clean(point, time, 1 - time, prior)
        left = (1 - time).reshape(len(x), 1, 1, 1)
        return ((data - point) / left).to(x)
