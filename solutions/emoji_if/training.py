"""The training loop and its state on disk."""

import copy
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import IFPipeline
from torch import Tensor, nn

from solutions.emoji_if.captions import Captioner
from solutions.emoji_if.losses import timestep_odds, variational_term
from solutions.emoji_if.model import PROMPT_LENGTH


@dataclass(frozen=True)
class Plan:
    """How to train.

    images: pictures to see in all, over which the learning rate falls to nought.  variety: of the
    augmentation, see `Augment.with_variety`.
    """

    images: int
    batch: int = 16
    variety: float = 1.0
    rate: float = 1e-3
    warmup: int = 100
    decay: float = 0.01
    average: float = 0.999
    seed: int = 29

    @property
    def steps(self) -> int:
        """Optimiser steps in all."""
        return math.ceil(self.images / self.batch)

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step: half a cosine down to nought, after a linear rise."""
        rise = min(1.0, (step + 1) / self.warmup)
        return self.rate * rise * (1 + math.cos(math.pi * min(1.0, step / self.steps))) / 2


@dataclass(frozen=True)
class Progress:
    """What one step reports: steps done so far, and the two terms of its loss."""

    step: int
    simple: float
    variational: float


class Trainer:
    """A pipeline in training: weights, averages, optimiser and chance, saved and restored together."""

    def __init__(
        self, pipeline: IFPipeline, captioner: Captioner, plan: Plan, device: torch.device | str
    ) -> None:
        self.pipeline, self.captioner, self.plan = pipeline, captioner, plan
        self.device = torch.device(device)
        self.model = nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder})
        self.model.to(device).train()
        self.averaged = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=plan.rate, weight_decay=plan.decay)
        self.alpha_bar = pipeline.scheduler.alphas_cumprod.to(device)
        self.odds = timestep_odds(pipeline.scheduler.alphas_cumprod)
        self.generator = torch.Generator().manual_seed(plan.seed)
        self.step = 0

    def train(self) -> Iterator[Progress]:
        """Train to the end of the plan, yielding after every step; stop iterating to stop training."""
        while self.step < self.plan.steps:
            for group in self.optimizer.param_groups:
                group["lr"] = self.plan.rate_at(self.step)
            simple, variational = self._losses(*self.captioner.draw(self.plan.batch, self.generator))
            self.optimizer.zero_grad(set_to_none=True)
            (simple + variational).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.step += 1
            self._average()
            yield Progress(self.step, simple.item(), variational.item())

    def embed(self, prompts: list[str]) -> Tensor:
        """Return the prompts' embeddings (B, 77, D), padded and masked as by `IFPipeline.encode_prompt`."""
        tokens = self.pipeline.tokenizer(
            prompts, padding="max_length", max_length=PROMPT_LENGTH, truncation=True, return_tensors="pt"
        ).to(self.device)
        encode = self.model["text_encoder"]
        embedded: Tensor = encode(tokens.input_ids, attention_mask=tokens.attention_mask)[0]
        return embedded

    def _losses(self, x_0: Tensor, captions: list[str]) -> tuple[Tensor, Tensor]:
        x_0 = x_0.to(self.device)
        t = torch.multinomial(self.odds, len(x_0), replacement=True, generator=self.generator).to(self.device)
        eps = torch.randn(x_0.shape, generator=self.generator).to(self.device)
        alpha_bar_t = self.alpha_bar[t].view(-1, 1, 1, 1)
        x_t = alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
        with torch.autocast(self.device.type, torch.bfloat16):
            output = self.model["unet"](x_t, t, self.embed(captions), return_dict=False)[0]
        output = output.float()
        return (output[:, :3] - eps).square().mean(), variational_term(output, x_0, x_t, t, self.alpha_bar)

    def _average(self) -> None:
        keep = min(self.plan.average, (1 + self.step) / (10 + self.step))
        pairs = list(zip(self.averaged.parameters(), self.model.parameters(), strict=True))
        with torch.no_grad():
            torch._foreach_lerp_([a for a, _ in pairs], [m.detach() for _, m in pairs], 1 - keep)

    def state(self) -> dict[str, Any]:
        """Return all that is needed to go on exactly where the training stands."""
        return {
            "step": self.step,
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    def save(self, path: Path) -> None:
        """Write the state to a file, which is replaced at once and never half written."""
        fresh = path.with_suffix(".part")
        torch.save(self.state(), fresh)
        os.replace(fresh, path)

    def restore(self, path: Path) -> None:
        """Take up the state that `save` wrote."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        self.step = state["step"]
