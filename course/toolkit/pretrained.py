"""Pretrained text-to-image models: the embedded one, DeepFloyd IF, or any IF folder.

All three are diffusers' `IFPipeline` and go through the same code.  Nothing is downloaded unasked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from course.toolkit import pretrained_folder
from course.toolkit.devices import best_device, dtype_for, find_device
from course.toolkit.embeddings import load_embeddings, look_up, save_embeddings
from course.toolkit.pretrained_errors import PretrainedError, explained
from course.toolkit.stage import Stage, make_stage
from course.toolkit.vocabulary import UnknownWordWarning, read_related, warn_of_unknown_words

__all__ = [
    "Pretrained",
    "PretrainedError",
    "UnknownWordWarning",
    "load",
    "load_embeddings",
    "load_stage_2",
    "save_embeddings",
]


@dataclass(frozen=True)
class Pretrained:
    """A text-to-image model, ready for inference.

    pipeline: the whole diffusers `IFPipeline`.  stage_1: its UNet, schedule and variance.  image_size: of
    the pictures it makes, in pixels.  embeddings: the (L, D) of known prompts when they replace the text
    encoder.  related: what the model knows that is near to words which it does not know.
    """

    pipeline: Any
    stage_1: Stage
    image_size: int
    device: torch.device
    dtype: torch.dtype
    embeddings: Mapping[str, Tensor] | None = field(default=None, repr=False)
    related: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)

    def embed(self, prompt: str | list[str]) -> Tensor:
        """Return the embeddings (B, L, D) of one prompt (B = 1) or of a list of B prompts.

        Warns with an UnknownWordWarning of words that the model has not learned.  Raises TypeError unless
        the prompts are strings, ValueError when there are none, and PretrainedError when they are looked
        up in a file of embeddings that does not have them.
        """
        prompts = _as_list(prompt)
        if self.embeddings is not None:
            return look_up(self.embeddings, prompts).to(device=self.device, dtype=self.dtype)
        warn_of_unknown_words(self.pipeline.tokenizer, prompts, self.related)
        encoded, _ = self.pipeline.encode_prompt(
            prompts, do_classifier_free_guidance=False, device=self.device
        )
        return torch.as_tensor(encoded, dtype=self.dtype)


def load(
    model: str | Path = "emoji_if",
    *,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    embeddings: str | Path | None = None,
    download: bool = False,
) -> Pretrained:
    """Return a pretrained model for inference.

    model: "emoji_if" (embedded), "deepfloyd" (DeepFloyd/IF-I-L-v1.0), a hub id, or a folder that
    `IFPipeline.save_pretrained` wrote.  device, dtype: the best there is, half precision on CUDA.
    embeddings: a file of `save_embeddings`; the text encoder is then left out.  download: whether the hub
    may be asked for what is not on this machine.  Raises PretrainedError, which says what to do.
    """
    with explained(str(model), download=download):
        device, dtype = _place(device, dtype)
        table = None if embeddings is None else load_embeddings(embeddings)
        folder = _fetch("IFPipeline", model, dtype, with_text=table is None, download=download)
        pipeline = _read("IFPipeline", folder, device, dtype, with_text=table is None)
        _check_width(pipeline, table)
        stage_1 = make_stage(pipeline.unet, pipeline.scheduler.alphas_cumprod.to(device))
        related = read_related(folder)
    return Pretrained(pipeline, stage_1, pipeline.unet.config.sample_size, device, dtype, table, related)


def load_stage_2(
    model: str | Path = "deepfloyd",
    *,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    download: bool = False,
) -> Any:
    """Return the `IFSuperResolutionPipeline` that takes 64-pixel pictures to 256, without text encoder.

    Call it with the `prompt_embeds` and `negative_prompt_embeds` of stage 1's `Pretrained.embed`.
    Arguments and errors as in `load`; "deepfloyd" is DeepFloyd/IF-II-L-v1.0.
    """
    kind = "IFSuperResolutionPipeline"
    with explained(str(model), download=download):
        device, dtype = _place(device, dtype)
        folder = _fetch(kind, model, dtype, with_text=False, download=download)
        return _read(kind, folder, device, dtype, with_text=False)


def _place(device: str | torch.device | None, dtype: torch.dtype | None) -> tuple[torch.device, torch.dtype]:
    try:
        place = best_device() if device is None else find_device(device)
    except ValueError as error:
        raise PretrainedError(str(error)) from error
    return place, dtype or dtype_for(place)


def _fetch(kind: str, model: str | Path, dtype: torch.dtype, *, with_text: bool, download: bool) -> Path:
    """Return a checked folder on this machine, asking the hub for it only if `download`."""
    deepfloyd = pretrained_folder.STAGE_1 if kind == "IFPipeline" else pretrained_folder.STAGE_2
    found = pretrained_folder.locate(model, deepfloyd)
    if isinstance(found, str):
        with explained(found, download=download), _quiet():
            variant = "fp16" if dtype == torch.float16 else None
            left_out: dict[str, Any] = {} if with_text else {"text_encoder": None}
            found = Path(
                _pipeline_class(kind).download(
                    found, variant=variant, use_safetensors=True, local_files_only=not download, **left_out
                )
            )
    pretrained_folder.check(found, kind=kind, with_text=with_text)
    return found


def _read(kind: str, folder: Path, device: torch.device, dtype: torch.dtype, *, with_text: bool) -> Any:
    """Return the pipeline of a checked folder on its device: quiet, in eval mode, its weights fixed."""
    with _quiet():
        text_encoder = _read_text_encoder(folder / "text_encoder", dtype) if with_text else None
        pipeline = _pipeline_class(kind).from_pretrained(
            str(folder), text_encoder=text_encoder, **_options(folder / "unet", dtype)
        )
        pipeline.set_progress_bar_config(disable=True)
        pipeline.to(device)
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval().requires_grad_(False)
    return pipeline


def _options(part: Path, dtype: torch.dtype) -> dict[str, Any]:
    variant = pretrained_folder.variant_of(part, half=dtype == torch.float16)
    return {"dtype": dtype, "variant": variant, "use_safetensors": True}


def _read_text_encoder(folder: Path, dtype: torch.dtype) -> Any:
    """Return the text encoder, which diffusers would fill up with random numbers if some weights lacked."""
    from transformers import T5EncoderModel

    options = _options(folder, dtype)
    encoder, report = T5EncoderModel.from_pretrained(str(folder), output_loading_info=True, **options)
    if report["missing_keys"]:
        raise ValueError(f"{folder} has no weights for {sorted(report['missing_keys'])[0]}")
    return encoder


def _pipeline_class(kind: str) -> Any:
    """Return the class of diffusers, imported only now because that takes seconds."""
    import diffusers

    return getattr(diffusers, kind)


@contextmanager
def _quiet() -> Iterator[None]:
    """Mute the loading bars and advice of diffusers and transformers; a download still shows its bar."""
    from diffusers.utils import logging as of_diffusers
    from transformers.utils import logging as of_transformers

    before = [
        (log, log.get_verbosity(), log.is_progress_bar_enabled()) for log in (of_diffusers, of_transformers)
    ]
    try:
        for log, _, _ in before:
            log.set_verbosity_error()
            log.disable_progress_bar()
        yield
    finally:
        for log, verbosity, had_bar in before:
            log.set_verbosity(verbosity)
            if had_bar:
                log.enable_progress_bar()


def _check_width(pipeline: Any, table: Mapping[str, Tensor] | None) -> None:
    config = pipeline.unet.config
    width = config.encoder_hid_dim or config.cross_attention_dim
    found = None if table is None else next(iter(table.values())).shape[-1]
    if found is not None and found != width:
        raise PretrainedError(
            f"the embeddings have {found} numbers a word, but this UNet reads {width}; "
            "save them with the text encoder of the same model"
        )


def _as_list(prompt: str | list[str]) -> list[str]:
    prompts = list(prompt) if isinstance(prompt, list | tuple) else [prompt]
    wrong = [item for item in prompts if not isinstance(item, str)]
    if wrong:
        raise TypeError(f"prompt = {wrong[0]!r}, but a prompt is a string; pass one, or a list of them")
    if not prompts:
        raise ValueError('prompt = [], but there must be at least one; pass "" for no prompt')
    return prompts
