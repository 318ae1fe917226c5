"""The pictures that are judged, made by the course's own loops: guided, DDIM, inpainting, anagrams."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from course.toolkit import seeds
from course.toolkit.images import load_image
from course.toolkit.pretrained import Pretrained
from course.toolkit.speed import choose
from solutions.extension.s4_ddim import ddim_sample
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_6_guidance import iterative_denoise_cfg
from solutions.part_a.s1_7_2_inpainting import inpaint
from solutions.part_a.s1_8_anagrams import visual_anagrams
from solutions.part_a.s1_9_hybrids import make_hybrids

GAMMA = 7.0
TIMESTEPS = strided_timesteps()
FRAME = 3 / 32
"""Share of the picture that inpainting keeps at every edge."""


@dataclass(frozen=True)
class Maker:
    """Makes `count` pictures (count, 3, H, W) in [-1, 1] of a prompt, always the same from a seed.

    precise: compute in float32 where bfloat16 is faster.
    """

    model: Pretrained
    count: int
    seed: int
    precise: bool = False

    def guided(self, prompt: str) -> Tensor:
        """Return pictures of the guided loop (A 1.6)."""
        x_t, generator = self._start()
        stage_1, embeds = self.model.stage_1, self._embedded(prompt)
        return self._last(iterative_denoise_cfg(stage_1, x_t, 0, TIMESTEPS, *embeds, GAMMA, generator))

    def ddim(self, prompt: str) -> Tensor:
        """Return pictures of the deterministic sampler (X 4)."""
        x_t, generator = self._start()
        stage_1, embeds = self.model.stage_1, self._embedded(prompt)
        return self._last(ddim_sample(stage_1, x_t, 0, TIMESTEPS, *embeds, GAMMA, generator))

    def inpainted(self, prompt: str) -> Tensor:
        """Return pictures with a frame of the Campanile around them (A 1.7.2)."""
        side, generator = self.model.image_size, seeds.generator(self.seed)
        original = load_image("campanile", side).to(device=self.model.device, dtype=self.model.dtype)
        originals, mask = original.expand(self.count, -1, -1, -1), inside(side).to(original)
        stage_1, embeds = self.model.stage_1, self._embedded(prompt)
        return self._last(inpaint(stage_1, originals, mask, TIMESTEPS, *embeds, GAMMA, generator))

    def anagram(self, upright: str, turned: str) -> Tensor:
        """Return pictures of one prompt that show another upside down (A 1.8)."""
        first, nothing = self._embedded(upright)
        second, _ = self._embedded(turned)
        stage_1, generator = self.model.stage_1, seeds.generator(self.seed)
        shape = (self.count, 3, self.model.image_size, self.model.image_size)
        return self._last(
            visual_anagrams(stage_1, shape, TIMESTEPS, first, second, nothing, GAMMA, generator)
        )

    def hybrid(self, close: str, far: str) -> Tensor:
        """Return pictures of one prompt that show another from afar (A 1.9)."""
        near, nothing = self._embedded(close)
        distant, _ = self._embedded(far)
        side, generator = self.model.image_size, seeds.generator(self.seed)
        shape, passes = (self.count, 3, side, side), (side // 2 + 1, side / 32)
        stage_1 = self.model.stage_1
        return self._last(
            make_hybrids(stage_1, shape, TIMESTEPS, distant, near, nothing, GAMMA, generator, *passes)
        )

    def _start(self) -> tuple[Tensor, Generator]:
        generator, side = seeds.generator(self.seed), self.model.image_size
        shape = (self.count, 3, side, side)
        return seeds.noise(shape, generator, dtype=self.model.dtype, device=self.model.device), generator

    def _embedded(self, prompt: str) -> tuple[Tensor, Tensor]:
        """Return the embeddings (count, L, D) of the prompt and of the null prompt."""
        both = self.model.embed([prompt, ""])[:, None].expand(-1, self.count, -1, -1)
        return both[0], both[1]

    @torch.no_grad()
    def _last(self, images: Iterator[Tensor]) -> Tensor:
        image = torch.empty(0)
        with nullcontext() if self.precise else choose(self.model.device).autocast:
            for image in images:  # noqa: B007 - the last one is wanted
                pass
        return image.float().clamp(-1, 1).cpu()


def inside(side: int) -> Tensor:
    """Return the mask (1, 1, side, side) of all but a frame."""
    edge = round(side * FRAME)
    mask = torch.zeros(1, 1, side, side)
    mask[..., edge:-edge, edge:-edge] = 1
    return mask
