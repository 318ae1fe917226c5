"""What the checks of flow matching share: fields, and readings of what the networks were asked.

As in Part B, the noise and the times that a student draws are read off what reaches the network.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.checks.chance import assert_noise, unlikely
from autograder.checks.digit_scenes import CLASSES, SPREAD, pictures
from autograder.checks.draws import Draw
from autograder.link.digit_oracle import Asked
from autograder.link.flow_oracle import FlowOracle
from autograder.link.networks import Network
from course.toolkit import seeds

BINS = 8
CLOSE = 2e-4
"""How far a step in float32 may be from one in float64; images and velocities are of the size of 1 to 10."""


@dataclass(frozen=True)
class FlowScene:
    """A velocity field, from noise to pictures of img_wh = (H, W)."""

    oracle: FlowOracle
    img_wh: tuple[int, int]

    def timed(self, *, training: bool = True) -> Network:
        """Return the network unet(x_t, t), as a student's function gets it."""
        return Network(self.oracle.timed, training)

    def classed(self, *, training: bool = True) -> Network:
        """Return the network unet(x_t, c, t, mask), as a student's function gets it."""
        return Network(self.oracle.classed, training)

    def shape(self, count: int) -> tuple[int, int, int, int]:
        """Return the shape of so many pictures."""
        return count, 1, *self.img_wh


def flow_scene(
    draw: Draw, *, img_wh: tuple[int, int] = (4, 6), digits: int = CLASSES, spread: float = SPREAD
) -> FlowScene:
    """Return a field to random digits."""
    centres = torch.rand(digits, 1, *img_wh, generator=draw.generator()).double()
    return FlowScene(FlowOracle(centres, spread), img_wh)


def data(draw: Draw, count: int) -> Tensor:
    """Return pictures of independent pixels in [0, 1), (count, 1, 4, 4), in float64.

    With them the noise can be read off x_t even where there is hardly any.
    """
    return pictures(draw, count, 4).double()


def assert_times(t: Tensor | None) -> Tensor:
    """Return the times in float64; AssertionError unless they look like independent draws from [0, 1).

    A right answer is refused once in 10⁷ checks at most.
    """
    assert t is not None
    times = t.double()
    assert times.isfinite().all(), "NaN or infinite times reach the network"
    low, high = float(times.min()), float(times.max())
    assert 0 <= low <= high <= 1, f"the network is given times from {low:g} to {high:g}; they are in [0, 1)"
    assert 2 * len(set(times.tolist())) > len(times), "many images of a batch share a time; draw one for each"
    counts = torch.histc(times, BINS, 0, 1).long().tolist()
    for i, count in enumerate(counts):
        assert not unlikely(count, len(times), 1 / BINS), (
            f"of {len(times)} times {count} are from {i / BINS:g} to {(i + 1) / BINS:g}; draw them uniformly"
        )
    return times


def implied_noise(asked: Asked, pictures: Tensor) -> Tensor:
    """Return the noise, in float64, that is in x_t = (1 − t)·noise + t·data at the times that were told."""
    assert asked.t is not None
    t = asked.t.double().reshape(len(pictures), 1, 1, 1)
    return (asked.x.double() - t * pictures.double()) / (1 - t)


def assert_line(first: Tensor, second: Tensor) -> None:
    """Raise AssertionError unless the `implied_noise` of two calls is N(0, 1), fresh for every image."""
    what = "(x_t − t·data) / (1 − t), with t as the network is told,"
    assert_noise(
        first, second, what=what, again="two generators give the same noise; draw it from `generator`"
    )


def assert_start(start: Tensor, again: Tensor, other: Tensor) -> None:
    """Raise AssertionError unless a sampler starts from N(0, 1) noise that its generator decides.

    start, again: of the same seed.  other: of another.
    """
    twice = "two seeds start from the same noise; draw it from `generator`"
    assert_noise(start, other, what="what the network is first asked about", again=twice)
    assert torch.equal(start, again), "the same seed starts from another noise; draw it from `generator`"


def straight(noise: Tensor, picture: Tensor, num_ts: int) -> list[Tensor]:
    """Return where straight lines from noise to the picture are after each of num_ts steps."""
    return [noise + (i / num_ts) * (picture - noise) for i in range(1, num_ts + 1)]


def seeded(draw: Draw) -> tuple[int, int]:
    """Return two seeds that differ."""
    first = draw.integer(0, 2**30)
    return first, first + draw.integer(1, 2**30)


def generators(draw: Draw) -> list[torch.Generator]:
    """Return three generators: two of the same seed, and one of another."""
    first, second = seeded(draw)
    return [seeds.generator(seed) for seed in (first, first, second)]
