"""What the judge is shown: digits as others might have written and kept them, and things that are none."""

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate

TURN, SHEAR = math.radians(12), 0.15
SCALE, SHIFT = 0.12, 2 / 14
"""Shares of the size, and of half the width: two pixels of 28."""
COARSEST, NOISIEST = 10, 0.4


def warp(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return every image turned, sheared, scaled and shifted a little, each by numbers of its own.

    images: (N, 1, H, W) with a background of 0.
    """
    count = len(images)
    turn, shear, wide, high, right, down = (2 * torch.rand((6, count), generator=generator) - 1).unbind()
    cosine, sine = (TURN * turn).cos(), (TURN * turn).sin()
    wide, high, shear = 1 + SCALE * wide, 1 + SCALE * high, SHEAR * shear
    rows = [wide * cosine, high * (shear * cosine - sine), SHIFT * right]
    rows += [wide * sine, high * (shear * sine + cosine), SHIFT * down]
    theta = torch.stack(rows, 1).view(count, 2, 3)
    grid = affine_grid(theta, list(images.shape), align_corners=False)
    return grid_sample(images, grid.to(images), align_corners=False)


def wear(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the images as coarse scans and imperfect samplers leave them, for they can still be read.

    images: (N, 1, H, W) in any order.  The first quarter is out of focus, the next half noisy.
    """
    quarter = len(images) // 4
    blurred, noisy, kept = images[:quarter], images[quarter : 3 * quarter], images[3 * quarter :]
    size = int(torch.randint(COARSEST, images.shape[3], (), generator=generator))
    coarse = interpolate(blurred, size=(size, size), mode="area")
    blurred = interpolate(coarse, size=images.shape[2:], mode="bicubic", align_corners=False)
    sigma = NOISIEST * torch.rand((len(noisy), 1, 1, 1), generator=generator)
    noisy = noisy + sigma * torch.randn(noisy.shape, generator=generator)
    return torch.cat([blurred, noisy, kept]).clamp(0, 1)


def strangers(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return as many pictures that are no digits: noise, blobs, shuffled pixels and even grey, in [0, 1].

    images: (N, 1, H, W), the digits whose pixels are shuffled.
    """
    kinds = [_white, _gaussian, _blobs, _shuffled, _grey]
    made = [kinds[k % len(kinds)](image[None], generator) for k, image in enumerate(images)]
    return torch.cat(made).clamp(0, 1)


def _white(image: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand(image.shape, generator=generator)


def _gaussian(image: Tensor, generator: torch.Generator) -> Tensor:
    mean, deviation = torch.rand(2, generator=generator)
    noise: Tensor = mean + deviation * torch.randn(image.shape, generator=generator)
    return noise


def _blobs(image: Tensor, generator: torch.Generator) -> Tensor:
    cells = int(torch.randint(2, 10, (), generator=generator))
    rough = torch.randn((1, 1, cells, cells), generator=generator)
    return interpolate(rough, image.shape[2:], mode="bicubic", align_corners=False)


def _shuffled(image: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(image.numel(), generator=generator)
    return image.flatten()[order].view(image.shape)


def _grey(image: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand((), generator=generator) * torch.ones(image.shape)
