"""Whether numbers look as if they had been drawn as they should be, without accusing anybody by chance.

Every bound holds for any number of draws and is proved, so the rate of false alarms is known: each question
here is answered wrongly about a right implementation once in 10⁸ times at most.
"""

from math import log, sqrt

import torch
from torch import Tensor

EXPONENT = log(1e9)
"""Each of the bounds is broken with a probability of exp(−EXPONENT) on either side at most."""
FEWEST = 64
SAME = 0.05


def assert_noise(noise: Tensor, earlier: Tensor | None = None, *, what: str, again: str = "") -> None:
    """Raise AssertionError unless noise (N, …) is N(0, 1), for every image another, and not `earlier`'s.

    what: words for the noise.  again: what to say where it is that of before.
    """
    assert len(noise) < 2 or not _same(noise[1:], noise[:-1]), f"{what} is the same for several images"
    assert earlier is None or not _same(noise, earlier), again
    problem = not_normal(noise)
    assert problem == "", f"{what} is not N(0, 1): {problem}"
    pairs = len(noise) // 2
    apart = pairs == 0 or not related(noise[0 : 2 * pairs : 2], noise[1 : 2 * pairs : 2])
    assert apart, f"{what} is not drawn for every image by itself: one depends on the next"
    assert earlier is None or not related(noise, earlier), again


def not_normal(numbers: Tensor) -> str:
    """Return in words why the numbers are no independent N(0, 1) draws, "" where they may be.

    Mean: a Gaussian tail.  Variance: Laurent and Massart (2000), lemma 1.  Shape: Dvoretzky, Kiefer,
    Wolfowitz and Massart (1990).
    """
    values, _ = numbers.double().flatten().sort()
    if len(values) < FEWEST or not values.isfinite().all():
        return (
            "there are NaN or infinite numbers in it" if len(values) >= FEWEST else "it is too little of it"
        )
    mean, square = float(values.mean()), float(values.square().mean())
    told = f"its mean is {mean:.3g} and its standard deviation {float(values.std()):.3g}"
    if abs(mean) > sqrt(2 * EXPONENT / len(values)) or not _plausible(square, len(values)):
        return told
    return "it is not Gaussian" if _gap(values) > sqrt((log(2) + EXPONENT) / (2 * len(values))) else ""


def related(first: Tensor, second: Tensor) -> bool:
    """Tell whether two equally many N(0, 1) draws depend on each other.

    Given the second, the sum of products with independent first ones is exactly Gaussian.
    """
    a, b = first.double().flatten(), second.double().flatten()
    scale = float(b.square().sum().sqrt())
    return scale == 0 or abs(float((a * b).sum())) / scale > sqrt(2 * EXPONENT)


def unlikely(count: int, trials: int, share: float) -> bool:
    """Tell whether `count` hits in that many independent trials contradict their probability (Bernstein)."""
    variance = trials * share * (1 - share)
    bound = EXPONENT / 3 + sqrt((EXPONENT / 3) ** 2 + 2 * EXPONENT * variance)
    return abs(count - trials * share) > (bound if variance else 0)


def _same(first: Tensor, second: Tensor) -> bool:
    """Tell whether two noises, not just zeros, are the same but for roundings."""
    return bool((first - second).abs().max() < SAME < first.abs().max())


def _plausible(square: float, count: int) -> bool:
    """Tell whether the mean of that many squares of N(0, 1) draws may be `square`."""
    spread = 2 * sqrt(EXPONENT / count)
    return 1 - spread <= square <= 1 + spread + 2 * EXPONENT / count


def _gap(values: Tensor) -> float:
    """Return the largest distance of the distribution of the sorted values from that of N(0, 1)."""
    steps = torch.arange(len(values) + 1, dtype=torch.float64) / len(values)
    cumulated = torch.special.ndtr(values)
    return max(float((cumulated - steps[:-1]).max()), float((steps[1:] - cumulated).max()))
