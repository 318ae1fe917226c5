"""A network for Part B whose right answer is known, and which remembers what it was asked.

The pictures of a digit are Gaussian around one known picture; without a class a picture is any of the
digits, all equally likely. The best possible estimate of noise or picture then has a closed form, so the
oracle stands in for a trained network. It lives in the trusted process.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

SAME_TIME = 1e-6


@dataclass(frozen=True)
class Asked:
    """One call of the network.

    x, returned: (N, 1, H, W).  t, c: (N,), None where the network takes none.  mask: (N,), 1 keeps the class,
    all ones where none was passed.  training: the network's mode.
    """

    x: Tensor
    t: Tensor | None
    c: Tensor | None
    mask: Tensor
    training: bool
    returned: Tensor


@dataclass
class DigitOracle:
    """The exact denoiser of Gaussian digits: `denoise`, `timed` and `classed` are three networks.

    centres: (K, 1, H, W), float64, the picture of each digit.  spread: the standard deviation around it.
    alpha_bars: (T,).  sigma: how much noise `denoise` expects.  loudness: above 0, `timed` and `classed`
    answer with numbers of about this size that depend on the class alone: what a loop does with them drowns
    the noise that it adds.
    """

    centres: Tensor
    spread: float
    alpha_bars: Tensor
    sigma: float = 0.5
    loudness: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    def denoise(self, x: Tensor, *, training: bool = False) -> Tensor:
        """Return the best estimate of the picture in x = picture + sigma·ε (N, 1, H, W).

        Raises ValueError when x is no batch of pictures.
        """
        self._understand(x)
        signal, noise = torch.ones(len(x)), torch.full((len(x),), self.sigma)
        clean = self.clean(x, signal, noise, self._prior(x, None, torch.ones(len(x))))
        return self._remember(x, None, None, None, training, clean)

    def timed(self, x: Tensor, t: Tensor, *, training: bool = False) -> Tensor:
        """Return the best estimate of the noise in x (N, 1, H, W) at the times t (N,).

        Raises ValueError when the arguments do not fit each other.
        """
        self._understand(x)
        _understand_rows(x, t, "t")
        estimate = self._noise(x, t, self._prior(x, None, torch.ones(len(x))))
        return self._remember(x, t, None, None, training, estimate)

    def classed(
        self,
        x: Tensor,
        c: Tensor,
        t: Tensor,
        mask: Tensor | None = None,
        *,
        training: bool = False,
    ) -> Tensor:
        """Return the best estimate of the noise in x (N, 1, H, W), digits c (N,), at the times t (N,).

        mask: (N,), where it is 0 the digit is unknown.  Raises ValueError when the arguments do not fit.
        """
        self._understand(x)
        self._understand_classes(x, c)
        _understand_rows(x, t, "t")
        kept = torch.ones(len(x)) if mask is None else mask
        _understand_rows(x, kept, "mask")
        estimate = self._noise(x, t, self._prior(x, c, kept))
        return self._remember(x, t, c, kept, training, estimate)

    def clean(self, z: Tensor, signal: Tensor, noise: Tensor, prior: Tensor) -> Tensor:
        """Return E[x_0 | z] of z = signal·x_0 + noise·ε, (N, 1, H, W), in the dtype of z.

        signal, noise: (N,).  prior: (N, K), how likely each digit is before one looks.
        """
        centres, levels = self.centres.to(z), (len(z), 1, 1, 1, 1)
        signal, noise = signal.to(z).reshape(levels), noise.to(z).reshape(levels)
        total = signal**2 * self.spread**2 + noise**2
        residual = z[:, None] - signal * centres
        explained = (-residual.square() / (2 * total)).flatten(2).sum(2)
        weights = (prior.to(z).log() + explained).softmax(1)[..., None, None, None]
        return (weights * (centres + signal * self.spread**2 / total * residual)).sum(1)

    def levels(self, t: Tensor) -> Tensor:
        """Return the entry (N,) of alpha_bars that belongs to each of the times t (N,) in [0, 1]."""
        last = len(self.alpha_bars) - 1
        return self.alpha_bars[(t.double() * (last + 1)).round().clamp(0, last).nan_to_num().long()]

    def noise_in(self, x_t: Tensor, x_0: Tensor, t: Tensor) -> Tensor:
        """Return the noise (N, 1, H, W), float64, that makes x_t of x_0 at the times t (N,)."""
        level = self.levels(t).double().reshape(len(x_t), 1, 1, 1)
        return (x_t.double() - level.sqrt() * x_0.double()) / (1 - level).sqrt()

    def forget(self) -> None:
        """Forget what was asked."""
        self.asked = []

    def steps(self) -> list[list[Asked]]:
        """Return the calls, those together that follow each other and ask about the same times."""
        steps: list[list[Asked]] = []
        for asked in self.asked:
            if steps and _same_times(steps[-1][-1], asked):
                steps[-1].append(asked)
            else:
                steps.append([asked])
        return steps

    def events(self) -> Iterator[tuple[str, tuple[Tensor, ...]]]:
        """Yield what was asked, by labels that name the step; the same for one doubled call as for two."""
        for number, calls in enumerate(self.steps(), start=1):
            for name, rows in _rows(calls).items():
                yield f"step {number}: {name}", (rows,)

    def _noise(self, x: Tensor, t: Tensor, prior: Tensor) -> Tensor:
        if self.loudness > 0:
            expected = prior.to(x) @ self.centres.to(x).flatten(1)
            return self.loudness * (2 * expected.reshape(x.shape) - 1)
        level = self.levels(t).to(x)
        signal, noise = level.sqrt(), (1 - level).sqrt()
        shape = (len(x), 1, 1, 1)
        return (x - signal.reshape(shape) * self.clean(x, signal, noise, prior)) / noise.reshape(shape)

    def _prior(self, x: Tensor, c: Tensor | None, kept: Tensor) -> Tensor:
        """Return how likely each digit is, (N, K): c where it is kept, otherwise every one alike."""
        count = len(self.centres)
        anyone = torch.full((len(x), count), 1 / count, dtype=torch.float64)
        if c is None:
            return anyone
        known = torch.nn.functional.one_hot(c.long(), count).double()
        share = kept.double().clamp(0, 1)[:, None]
        return share * known + (1 - share) * anyone

    def _understand(self, x: object) -> None:
        """Raise ValueError unless x is a batch of pictures."""
        wanted = tuple(self.centres.shape[1:])
        if not isinstance(x, Tensor) or x.ndim != 4 or tuple(x.shape[1:]) != wanted:
            shape = ", ".join(map(str, ("N", *wanted)))
            raise ValueError(
                f"the network was given {_described(x)} as pictures; it wants the shape ({shape})"
            )
        if not x.is_floating_point():
            raise ValueError(f"the network was given {_described(x)} as pictures; it wants fractions")

    def _understand_classes(self, x: Tensor, c: object) -> None:
        """Raise ValueError unless c is a digit for every picture."""
        if (
            not isinstance(c, Tensor)
            or c.shape != (len(x),)
            or c.is_floating_point()
            or c.dtype == torch.bool
        ):
            remedy = f"it wants whole numbers of shape ({len(x)},) and makes them one-hot itself"
            raise ValueError(f"the network was given {_described(c)} as c; {remedy}")
        if len(c) and not 0 <= int(c.min()) <= int(c.max()) < len(self.centres):
            found = f"classes from {int(c.min())} to {int(c.max())}"
            raise ValueError(f"the network was given {found}; there are 0 to {len(self.centres) - 1}")

    def _remember(
        self,
        x: Tensor,
        t: Tensor | None,
        c: Tensor | None,
        mask: Tensor | None,
        training: bool,
        returned: Tensor,
    ) -> Tensor:
        kept = (torch.ones(len(x)) if mask is None else mask).double()
        self.asked.append(Asked(x, t, c, kept, training, returned))
        return returned


def _understand_rows(x: Tensor, value: object, name: str) -> None:
    """Raise ValueError unless value is a number for each of the pictures x."""
    if not isinstance(value, Tensor) or value.shape != (len(x),):
        remedy = f"it wants a tensor of shape ({len(x)},), a number for every picture"
        raise ValueError(f"the network was given {_described(value)} as {name}; {remedy}")


def _same_times(first: Asked, second: Asked) -> bool:
    """Tell whether two calls ask about one and the same time for all of their pictures."""
    if first.t is None or second.t is None:
        return False
    times = torch.cat([first.t.double(), second.t.double()])
    return len(times) > 0 and bool((times - times[0]).abs().max() < SAME_TIME)


def _rows(calls: list[Asked]) -> dict[str, Tensor]:
    """Return what the calls of a step were given, those pictures first that kept their class."""
    mask = torch.cat([asked.mask for asked in calls])
    order = mask.argsort(descending=True, stable=True)
    rows = {"the pictures that the network is given": torch.cat([asked.x for asked in calls])[order]}
    times = [asked.t for asked in calls if asked.t is not None]
    if times:
        rows["the times that the network is given"] = torch.cat(times).double()[order]
    classes = [asked.c for asked in calls if asked.c is not None]
    if classes:
        rows["the classes that the network is given"] = torch.cat(classes).long()[order]
        rows["the mask that the network is given"] = mask[order]
        rows["the classes that the network is given"][mask[order] == 0] = -1
    training = any(asked.training for asked in calls)
    rows["whether the network is in training mode"] = torch.tensor(int(training))
    return rows


def _described(value: object) -> str:
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} of shape {tuple(value.shape)}"
    return "None" if value is None else f"a {type(value).__name__}"
