"""The training loop and its state on disk."""

import copy
import json
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import IFPipeline
from torch import Tensor, nn

from course.toolkit import checkpoints
from course.toolkit.speed import Speed
from solutions.emoji_if.data.captions import Captioner
from solutions.emoji_if.losses import noise_weights, timestep_odds, variational_term
from solutions.emoji_if.model import PROMPT_LENGTH

FUSED = ("cpu", "cuda")
"""Devices on which the optimiser's step is one kernel."""


@dataclass(frozen=True)
class Plan:
    """How to train.

    images: pictures to see in all, over which the learning rate falls to nought.  batch: pictures a step, of
    all processes together.  variety: of the augmentation, see `Augment.with_variety`.  rate, warmup: the
    highest learning rate, and the steps in which it rises to that.  decay: AdamW's weight decay.  average:
    what the averaged weights keep at each step.  seed: of pictures, weights and noise.  preset, vocabulary:
    the names of the model's sizes and of its nouns.
    """

    images: int
    batch: int = 16
    variety: float = 1.0
    rate: float = 1e-3
    warmup: int = 100
    decay: float = 0.01
    average: float = 0.999
    seed: int = 29
    preset: str = "small"
    vocabulary: str = "chosen"

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Return the plan in a JSON file; what an older file lacks is as it is by default."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """Write the plan as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

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
    """What one step reports: steps done so far, and the two terms of its loss.

    The terms are scalars on the device of the training: to read them is to wait for it.
    """

    step: int
    simple: Tensor
    variational: Tensor


def mean_losses(reports: Iterable[Progress]) -> tuple[float, float]:
    """Return the means of the two terms over some steps; waits for the device once."""
    terms = torch.stack([torch.stack([report.simple, report.variational]) for report in reports])
    simple, variational = terms.mean(0).tolist()
    return simple, variational


class Networks(nn.ModuleDict):
    """The entries `unet` and `text_encoder` as one network, from noisy pictures and tokens to estimates."""

    def forward(self, x_t: Tensor, t: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return the U-Net's estimates (B, 6, H, W).  tokens, mask: (B, 77)."""
        estimates: Tensor = self["unet"](x_t, t, self.embed(tokens, mask), return_dict=False)[0]
        return estimates

    def embed(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return embeddings (B, 77, D), as `IFPipeline.encode_prompt` makes them."""
        embedded: Tensor = self["text_encoder"](tokens, attention_mask=mask)[0]
        return embedded


class Trainer:
    """A pipeline in training: weights, averages, optimiser and chance, saved and restored together.

    Under `accelerate launch` each process draws batches of its own, of plan.batch / size pictures, and the
    gradients are averaged: weights and averages are then the same in all of them. A checkpoint knows nothing
    of device or number of processes, and goes on with any.
    """

    def __init__(self, pipeline: IFPipeline, captioner: Captioner, plan: Plan, how: Speed) -> None:
        self.pipeline, self.captioner, self.plan, self.how = pipeline, captioner, plan, how
        self.model = Networks({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder})
        self.shared = how.arrange(self.model.train(), channels_last=how.device.type != "cpu")
        self.averaged = copy.deepcopy(self.model).eval().requires_grad_(False)
        fused = how.device.type in FUSED
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=plan.rate, weight_decay=plan.decay, fused=fused
        )
        alpha_bar: Tensor = pipeline.scheduler.alphas_cumprod
        self.alpha_bar, self.odds = alpha_bar.to(how.device), timestep_odds(alpha_bar)
        weights = noise_weights(alpha_bar)
        self.weights = (weights / (weights * self.odds).sum() * self.odds.sum()).to(how.device)
        self.generator = torch.Generator()
        self.looks = self.generator if how.device.type == "cpu" else torch.Generator(how.device)
        self.step = 0
        self._seed()

    def _seed(self) -> None:
        """Start this process's chance from the plan's seed, its rank and the step."""
        seed = self.plan.seed + self.how.crew.rank + self.step
        for generator in (self.looks, self.generator):
            generator.manual_seed(seed)

    @property
    def share(self) -> int:
        """Pictures a step that this process draws."""
        rank, size = self.how.crew.rank, self.how.crew.size
        return max(1, self.plan.batch * (rank + 1) // size - self.plan.batch * rank // size)

    def train(self) -> Iterator[Progress]:
        """Train to the end of the plan, yielding after every step; stop iterating to stop training."""
        while self.step < self.plan.steps:
            for group in self.optimizer.param_groups:
                group["lr"] = self.plan.rate_at(self.step)
            simple, variational = self._losses(*self.captioner.draw(self.share, self.generator, self.looks))
            self.optimizer.zero_grad(set_to_none=True)
            (simple + variational).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.step += 1
            self._average()
            yield Progress(self.step, simple.detach(), variational.detach())

    def tokenize(self, prompts: list[str]) -> tuple[Tensor, Tensor]:
        """Return the prompts' tokens and mask, (B, 77) both, padded as by `IFPipeline.encode_prompt`."""
        tokens = self.pipeline.tokenizer(
            prompts, padding="max_length", max_length=PROMPT_LENGTH, truncation=True, return_tensors="pt"
        ).to(self.how.device)
        return tokens.input_ids, tokens.attention_mask

    def _losses(self, x_0: Tensor, captions: list[str]) -> tuple[Tensor, Tensor]:
        t = torch.multinomial(self.odds, len(x_0), replacement=True, generator=self.generator).to(x_0.device)
        eps = torch.randn(x_0.shape, generator=self.looks, device=x_0.device)
        alpha_bar_t = self.alpha_bar[t].view(-1, 1, 1, 1)
        x_t = alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
        with self.how.autocast:
            output = self.shared(x_t, t, *self.tokenize(captions))
        output = output.float()
        errors = (output[:, :3] - eps).square().mean((1, 2, 3))
        variational = variational_term(output, x_0, x_t, t, self.alpha_bar)
        return (self.weights[t] * errors).mean(), variational

    def _average(self) -> None:
        keep = min(self.plan.average, (1 + self.step) / (10 + self.step))
        pairs = list(zip(self.averaged.parameters(), self.model.parameters(), strict=True))
        with torch.no_grad():
            torch._foreach_lerp_([a for a, _ in pairs], [m.detach() for _, m in pairs], 1 - keep)

    def state(self) -> dict[str, Any]:
        """Return all that is needed to go on exactly where the training stands."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }
        return state if self.looks is self.generator else {**state, "looks": self.looks.get_state()}

    def save(self, path: Path) -> None:
        """Write the state to a file, replaced at once and never half written; the first process does."""
        if self.how.crew.rank == 0:
            fresh = path.with_suffix(".part")
            torch.save(self.state(), fresh)
            os.replace(fresh, path)

    def restore(self, path: Path) -> None:
        """Take up the state that `save` wrote, on whatever device and in however many processes."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        checkpoints.restore_moments(self.optimizer, checkpoints.moments_of(state["optimizer"]))
        self.step = state["step"]
        self._seed()
        if self.how.crew.rank == 0:
            self.generator.set_state(state["generator"])
            if "looks" in state and self.looks is not self.generator:
                self.looks.set_state(state["looks"])
