"""What the checks of Part B's training and sampling share: scenes, and readings of what networks were asked.

Whatever a student draws, and in which order, reached the network. So the noise, the timesteps and the masks
are read off there, and everything else follows from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from autograder.checks.draws import Draw
from autograder.checks.student import Student
from autograder.link.digit_oracle import Asked, DigitOracle
from autograder.link.networks import Network
from course.toolkit import seeds

CLASSES = 10
SPREAD = 0.1
RELATIVE = 1e-4
LOUD = 100.0
WHOLE = 1e-3


@dataclass(frozen=True)
class DigitScene:
    """An oracle and its schedule.  size: of its pictures, in pixels."""

    oracle: DigitOracle
    schedule: dict[str, Tensor]
    size: int

    @property
    def num_ts(self) -> int:
        """The number of timesteps."""
        return len(self.schedule["betas"])

    @property
    def img_wh(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        return self.size, self.size

    def shape(self, count: int) -> tuple[int, int, int, int]:
        """Return the shape of so many pictures."""
        return count, 1, self.size, self.size

    def loud(self) -> "DigitScene":
        """Return the same scene with an oracle whose answers drown the noise that a loop adds."""
        return replace(self, oracle=replace(self.oracle, loudness=LOUD, asked=[]))

    def denoiser(self, *, training: bool = True) -> Network:
        """Return the network D(z), as a student's function gets it."""
        return Network(self.oracle.denoise, training)

    def timed(self, *, training: bool = True) -> Network:
        """Return the network unet(x_t, t), as a student's function gets it."""
        return Network(self.oracle.timed, training)

    def classed(self, *, training: bool = True) -> Network:
        """Return the network unet(x_t, c, t, mask), as a student's function gets it."""
        return Network(self.oracle.classed, training)


def digit_scene(draw: Draw, *, num_ts: int = 12, size: int = 8, sigma: float = 0.5) -> DigitScene:
    """Return a scene with random digits and a random schedule that ends in much noise."""
    betas, _ = (0.02 + 0.28 * torch.rand(num_ts, generator=draw.generator())).sort()
    alphas = 1 - betas
    schedule = {"betas": betas, "alphas": alphas, "alpha_bars": alphas.cumprod(0)}
    centres = pictures(draw, CLASSES, size).double()
    return DigitScene(DigitOracle(centres, SPREAD, schedule["alpha_bars"], sigma), schedule, size)


def pictures(draw: Draw, count: int, size: int = 8) -> Tensor:
    """Return pictures of independent pixels in [0, 1), (count, 1, size, size)."""
    return torch.rand(count, 1, size, size, generator=draw.generator())


def noise(draw: Draw, count: int, size: int = 8) -> Tensor:
    """Return N(0, 1) noise, (count, 1, size, size)."""
    return seeds.noise((count, 1, size, size), draw.generator())


def classes(draw: Draw, count: int) -> Tensor:
    """Return random classes (count,), int64."""
    return torch.randint(CLASSES, (count,), generator=draw.generator())


def asked_once(oracle: DigitOracle, count: int) -> Asked:
    """Return what the network was asked, all calls as one; AssertionError unless about `count` pictures."""
    assert oracle.asked, "the network is never asked"
    rows = sum(len(asked.x) for asked in oracle.asked)
    assert rows == count, f"the network is asked about {rows} pictures, not about each of the {count} once"
    return joined(oracle.asked)


def joined(calls: Sequence[Asked]) -> Asked:
    """Return several calls as one call about all of their pictures."""
    x, mask, returned = (
        torch.cat(parts) for parts in zip(*((a.x, a.mask, a.returned) for a in calls), strict=True)
    )
    t, c = [a.t for a in calls if a.t is not None], [a.c for a in calls if a.c is not None]
    training = any(asked.training for asked in calls)
    return Asked(x, torch.cat(t) if t else None, torch.cat(c) if c else None, mask, training, returned)


def assert_loss(loss: Tensor, estimate: Tensor, target: Tensor, formula: str) -> None:
    """Raise AssertionError unless the loss is the mean of the squares of estimate − target."""
    assert loss.shape == (), f"the loss has the shape {tuple(loss.shape)}; it must be a single number"
    wanted, found = float((estimate.double() - target.double()).square().mean()), float(loss)
    what = f"the mean of the squares of {formula}"
    assert abs(found - wanted) <= RELATIVE * wanted, f"it is {found:.5g}, but {what} is {wanted:.5g}"


def implied_noise(oracle: DigitOracle, asked: Asked, x_0: Tensor) -> Tensor:
    """Return the noise in the images that the network was asked about; AssertionError as in `timesteps`."""
    timesteps(oracle, asked.t)
    assert asked.t is not None
    return oracle.noise_in(asked.x, x_0, asked.t)


def timesteps(oracle: DigitOracle, t: Tensor | None) -> Tensor:
    """Return the timesteps (N,) int64 of the times t (N,); AssertionError unless the schedule has them."""
    assert t is not None
    num_ts, times = len(oracle.alpha_bars), t.double()
    assert times.isfinite().all(), "NaN or infinite times reach the network"
    lowest, highest = float(times.min()), float(times.max())
    assert lowest >= 0, f"the network is given the time {lowest:g}; times are in [0, 1)"
    assert highest <= 1, f"the network is given the time {highest:g}; times are in [0, 1): divide t by num_ts"
    assert highest < 1, "the network is given the time 1, for t = num_ts; the last timestep is num_ts − 1"
    exact = times * num_ts
    rounded = (exact - exact.round()).abs().max() < WHOLE
    assert rounded, f"the network is given {lowest:g} and other times that are not t / num_ts for a whole t"
    return exact.round().long()


def assert_learns(student: Student, *args: object) -> None:
    """Raise AssertionError or Wrong unless the loss leads back to the numbers of the `Pixelwise` in args."""
    gradients = student.gradients(*args)
    assert any(bool((gradient != 0).any()) for gradient in gradients), "all gradients of the loss are 0"
