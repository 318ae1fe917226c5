"""Variety: the same drawing at another place, size and angle, in other colours, before another background."""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, grid_sample


@dataclass(frozen=True)
class Augment:
    """How far pictures are moved.

    scale: share of the canvas that the drawing fills, from and to.  shift: share of half the canvas by which
    it may leave it.  turn, hue: degrees either way.  mirrored: share of the pictures that are.  white: share
    of the pictures on white.  Scenes that fill their canvas keep filling it.
    """

    scale: tuple[float, float] = (0.72, 1.0)
    shift: float = 0.08
    turn: float = 10.0
    hue: float = 14.0
    mirrored: float = 0.5
    white: float = 0.3

    @classmethod
    def with_variety(cls, variety: float) -> "Augment":
        """Return augmentation that moves pictures `variety` times as far as the default does, from 0 to 1.

        A long training wants variety 1; a short one learns more words with less.  Raises ValueError.
        """
        if not 0 <= variety <= 1:
            raise ValueError(f"variety = {variety}, but must be from 0 to 1")
        whole = cls()
        moved = {name: variety * getattr(whole, name) for name in ("shift", "turn", "hue", "mirrored")}
        low, high = whole.scale
        return cls(
            scale=(high - variety * (high - low), high), white=1 - variety * (1 - whole.white), **moved
        )

    def __call__(self, rgba: Tensor, size: int, generator: Generator) -> Tensor:
        """Return pictures (B, 3, size, size) in [0, 1] of uint8 drawings (B, 4, S, S), S at least size.

        Everything is computed on the drawings' device; a few numbers a picture come from the generator's.
        """
        drawn = rgba.float() / 255
        colour, opacity = drawn[:, :3], drawn[:, 3:]
        full = opacity.amin((1, 2, 3)) > 0.99
        moved = grid_sample(
            torch.cat([colour * opacity, opacity], 1),
            self._grid(full, drawn, size, generator),
            align_corners=False,
            padding_mode="border",
        )
        ink, opacity = moved[:, :3], moved[:, 3:]
        ink = self.recolour(ink, generator)
        return (ink + (1 - opacity) * background(ink, generator, self.white)).clamp(0, 1)

    def _grid(self, full: Tensor, drawn: Tensor, size: int, generator: Generator) -> Tensor:
        count = len(drawn)
        low, high = self.scale
        share, turn, x, y, mirror = _uniform(drawn, generator, 5, count)
        full = full.to(drawn)
        zoom = (1 - full) / (low + (high - low) * share) + full * (0.82 + 0.18 * share)
        angle = (2 * turn - 1) * self.turn * math.pi / 180 * (1 - 0.6 * full)
        flip = torch.where(mirror < self.mirrored, -1.0, 1.0).to(drawn)
        reach = (1 - full) * (self.shift + (1 - 1 / zoom)) + full * (1 - zoom)
        theta = torch.zeros(count, 2, 3, dtype=drawn.dtype, device=drawn.device)
        theta[:, 0, 0], theta[:, 0, 1] = zoom * angle.cos() * flip, -zoom * angle.sin() * flip
        theta[:, 1, 0], theta[:, 1, 1] = zoom * angle.sin(), zoom * angle.cos()
        theta[:, 0, 2], theta[:, 1, 2] = (2 * x - 1) * reach, (2 * y - 1) * reach
        return affine_grid(theta, [count, 4, size, size], align_corners=False)

    def recolour(self, x: Tensor, generator: Generator) -> Tensor:
        """Return the pictures with hue, saturation and brightness each moved a little, picture by picture."""
        turn, strength, light = _uniform(x, generator, 3, len(x))
        matrix = hue_rotation((2 * turn - 1) * self.hue * math.pi / 180)
        luma = x.mean(1, keepdim=True)
        turned = torch.einsum("bij,bjhw->bihw", matrix, x - luma)
        strength, light = 0.8 + 0.35 * strength, 0.88 + 0.17 * light
        recoloured: Tensor = (luma + turned * strength.view(-1, 1, 1, 1)) * light.view(-1, 1, 1, 1)
        return recoloured


def hue_rotation(angle: Tensor) -> Tensor:
    """Return rotations (B, 3, 3) of RGB about its grey axis (Rodrigues).  angle: (B,), in radians."""
    axis = torch.full((3,), 1 / math.sqrt(3), dtype=angle.dtype, device=angle.device)
    cross = torch.linalg.cross(torch.eye(3, dtype=angle.dtype, device=angle.device), axis.expand(3, 3)).T
    cos, sin = angle.cos().view(-1, 1, 1), angle.sin().view(-1, 1, 1)
    turned: Tensor = (
        cos * torch.eye(3, dtype=angle.dtype, device=angle.device)
        + (1 - cos) * torch.outer(axis, axis)
        + sin * cross.T
    )
    return turned


def background(like: Tensor, generator: Generator, whites: float = 0.3) -> Tensor:
    """Return grounds in [0, 1] for pictures (B, 3, S, S): a share `whites` white, others of two colours."""
    count, size = len(like), like.shape[-1]
    first = _uniform(like, generator, count, 3, 1, 1)
    second = torch.randn(count, 3, 1, 1, generator=generator, device=generator.device).to(like)
    second = (first + 0.3 * second).clamp(0, 1)
    share, white, down = _uniform(like, generator, 3, count, 1, 1, 1)
    first, second = first + share * (1 - first), second + share * (1 - second)
    ramp = torch.linspace(0, 1, size, dtype=like.dtype, device=like.device).view(1, 1, size, 1)
    ramp = torch.where(down < 0.7, ramp, ramp.transpose(2, 3))
    return torch.where(white < whites, 1.0, first + ramp * (second - first))


def _uniform(like: Tensor, generator: Generator, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=generator, device=generator.device).to(like)
