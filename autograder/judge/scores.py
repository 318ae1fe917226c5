"""What the judge says of images that were asked to be certain digits."""

from dataclasses import dataclass

import torch
from torch import Tensor

DIGITS = 10
SIZE = 28
LOWEST, HIGHEST, OUTSIDE = -0.5, 1.5, 0.01
SAME = 1 / 255


@dataclass(frozen=True)
class Scores:
    """How many images were asked to be each of the ten digits, and how many of those are."""

    asked: tuple[int, ...]
    right: tuple[int, ...]

    @classmethod
    def of(cls, told: Tensor, labels: Tensor) -> "Scores":
        """Count: told (N,), the digits seen, and labels (N,), those asked for."""
        kept = labels[told == labels]
        asked, right = (torch.bincount(some, minlength=DIGITS).tolist() for some in (labels, kept))
        return cls(tuple(asked), tuple(right))

    @property
    def share(self) -> float:
        """The share of images that are the digit asked for."""
        return sum(self.right) / sum(self.asked)

    @property
    def shares(self) -> tuple[float | None, ...]:
        """The share for each digit, None where it was never asked for."""
        return tuple(r / n if n else None for r, n in zip(self.right, self.asked, strict=True))


def check_samples(samples: object, count: int) -> Tensor:
    """Return the images (count, 1, 28, 28), clamped to [0, 1], in float32 on the CPU.

    Raises ValueError unless `samples` is exactly a floating-point Tensor of that shape, finite, with no more
    than one pixel in a hundred outside [-0.5, 1.5]: samplers overshoot a little, a wrong scale a lot.
    """
    if type(samples) is not Tensor or not samples.is_floating_point():
        kind = f"a Tensor of {samples.dtype}" if type(samples) is Tensor else type(samples).__name__
        raise ValueError(f"the samples are {kind}; they must be a Tensor of floating-point numbers")
    wanted = (count, 1, SIZE, SIZE)
    if tuple(samples.shape) != wanted:
        raise ValueError(f"the samples have the shape {tuple(samples.shape)}; {wanted} was asked for")
    images = samples.detach().cpu().float()
    if not images.isfinite().all():
        raise ValueError("the samples hold NaN or infinity; look at the sampler's last steps")
    outside = float(((images < LOWEST) | (images > HIGHEST)).float().mean())
    if outside > OUTSIDE:
        low, high = images.min().item(), images.max().item()
        raise ValueError(
            f"the samples reach from {low:.2f} to {high:.2f}, with {outside:.0%} of the pixels far outside "
            "[0, 1]; in this part pixels are in [0, 1], and a model that was trained long enough stays there"
        )
    return images.clamp(0, 1)


def check_labels(labels: Tensor) -> Tensor:
    """Return the labels (N,) on the CPU; raises ValueError unless they are whole numbers from 0 to 9."""
    if labels.dtype != torch.int64 or labels.ndim != 1 or not len(labels):
        found = f"{labels.dtype} {tuple(labels.shape)}"
        raise ValueError(f"the labels are {found}; they must be int64 (N,), one for each image")
    if labels.min() < 0 or labels.max() >= DIGITS:
        strange = next(label for label in labels.tolist() if not 0 <= label < DIGITS)
        raise ValueError(f"the label {strange} is no digit; labels are from 0 to 9")
    return labels.cpu()


def repeats(images: Tensor) -> int:
    """Return how many of the images (N, 1, H, W) are an earlier one again: no pixel differs by 1/255."""
    flat = images.flatten(1)
    close = torch.cdist(flat, flat, p=torch.inf) < SAME
    return int(close.tril(-1).any(1).sum())
