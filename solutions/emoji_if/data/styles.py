"""Styles as image processing: what a caption names, done to a picture.

Every style takes and returns (B, 3, H, W) in [0, 1], and draws its chance from the generator.
"""

import torch
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad

LUMA = (0.299, 0.587, 0.114)


def grey(x: Tensor) -> Tensor:
    """Return the brightness of each pixel, (B, 1, H, W)."""
    weights = torch.tensor(LUMA, dtype=x.dtype, device=x.device).view(1, 3, 1, 1)
    return (x * weights).sum(1, keepdim=True)


def plain(x: Tensor, generator: Generator) -> Tensor:
    """Return the picture as it is."""
    return x


def photo(x: Tensor, generator: Generator) -> Tensor:
    """A lens: the corners are darker."""
    rows, columns = _grid(x)
    radius = ((rows - 0.5) ** 2 + (columns - 0.5) ** 2) * 2
    return x * (1 - 0.3 * radius * _uniform(x, generator))


def oil_painting(x: Tensor, generator: Generator) -> Tensor:
    """Brush strokes on a weave: each pixel takes the mean of the calmest of four squares (Kuwahara 1976).

    The weave is the same everywhere. Chance in a style is noise to the model, and guidance exaggerates it.
    """
    side = 1 + max(1, x.shape[-1] // 24)
    padded = pad(x, (side - 1,) * 4, mode="replicate")
    means = avg_pool2d(padded, side, stride=1)
    spread = (avg_pool2d(padded**2, side, stride=1) - means**2).sum(1, keepdim=True)
    corners = [(i, j) for i in (0, side - 1) for j in (0, side - 1)]
    choices = torch.stack([_window(means, i, j, x) for i, j in corners])
    calmest = torch.stack([_window(spread, i, j, x) for i, j in corners]).argmin(0, keepdim=True)
    strokes = choices.gather(0, calmest.expand(1, *x.shape))[0]
    warm = torch.tensor((1.02, 0.97, 0.86), dtype=x.dtype, device=x.device).view(1, 3, 1, 1)
    return (strokes * warm * (1 + 0.02 * _weave(x))).clamp(0, 1)


def lithograph(x: Tensor, generator: Generator) -> Tensor:
    """Ink on paper: grey, strong contrast, dark outlines, and slanted hatching where it is dark."""
    tone = grey(x)
    tone = ((tone - 0.5) * 1.25 + 0.5 - 0.9 * edges(tone)).clamp(0, 1)
    rows, columns = _grid(x)
    hatch = torch.sin(2 * torch.pi * ((rows + columns) * x.shape[-1] / 4 + _uniform(x, generator)))
    ink = (tone + 0.08 * hatch * (1 - tone)).clamp(0, 1)
    paper = torch.tensor((0.95, 0.93, 0.88), dtype=x.dtype, device=x.device).view(1, 3, 1, 1)
    return 0.08 + ink * (paper - 0.08)


def pencil_sketch(x: Tensor, generator: Generator) -> Tensor:
    """Grey outlines and faint shading on white."""
    tone = grey(x)
    lines = (1 - 3.0 * edges(tone)).clamp(0, 1)
    return (lines * (0.8 + 0.2 * tone)).expand_as(x).clone()


def pixel_art(x: Tensor, generator: Generator) -> Tensor:
    """Squares of four by four pixels, in six shades of each colour."""
    blocks = interpolate(avg_pool2d(x, 4), scale_factor=4.0, mode="nearest")
    return (blocks * 5).round() / 5


def edges(tone: Tensor) -> Tensor:
    """Return how steeply each pixel's brightness changes, (B, 1, H, W), at least 0."""
    padded = pad(tone, (1, 1, 1, 1), mode="replicate")
    across = padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]
    down = padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]
    return (across**2 + down**2).sqrt() / 2


def _window(x: Tensor, i: int, j: int, like: Tensor) -> Tensor:
    return x[..., i : i + like.shape[-2], j : j + like.shape[-1]]


def _grid(x: Tensor) -> tuple[Tensor, Tensor]:
    rows, columns = (torch.linspace(0, 1, n, device=x.device, dtype=x.dtype) for n in x.shape[-2:])
    return rows.view(-1, 1), columns.view(1, -1)


def _uniform(x: Tensor, generator: Generator) -> Tensor:
    return torch.rand(len(x), 1, 1, 1, generator=generator, device=generator.device).to(x)


def _weave(x: Tensor) -> Tensor:
    """Return threads of two pixels that cross, (H, W) in [-1, 1]."""
    rows, columns = (torch.sin(torch.pi / 2 * (torch.arange(n, device=x.device) + 0.5)) for n in x.shape[-2:])
    return rows.view(-1, 1) * columns * 2
