"""The folder of an IF pipeline: where it is, and whether it is whole."""

import json
import re
from pathlib import Path
from typing import Any

from course.toolkit.pretrained_errors import PretrainedError

EMBEDDED = Path(__file__).parent.parent / "assets" / "emoji_if"
STAGE_1 = "DeepFloyd/IF-I-L-v1.0"
STAGE_2 = "DeepFloyd/IF-II-L-v1.0"
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def locate(model: str | Path, deepfloyd: str = STAGE_1) -> Path | str:
    """Return the folder that `model` names, or else the hub id.

    "emoji_if" is the embedded model, "deepfloyd" the hub id given as `deepfloyd`; a folder that exists is
    itself; any other owner/name is a hub id.  Raises PretrainedError for everything else.
    """
    if isinstance(model, str) and model in ("emoji_if", "deepfloyd"):
        return EMBEDDED if model == "emoji_if" else deepfloyd
    if Path(model).is_dir():
        return Path(model)
    if isinstance(model, str) and HUB_ID.fullmatch(model):
        return model
    raise PretrainedError(
        f"model = {str(model)!r}, but there is no such folder; pass 'emoji_if', 'deepfloyd', "
        f"the folder of an IF pipeline, or a hub id such as {STAGE_1!r}"
    )


def check(folder: Path, *, kind: str = "IFPipeline", with_text: bool = True) -> None:
    """Raise PretrainedError, naming the file, unless the folder holds a whole pipeline of that class.

    with_text: whether the tokenizer and the text encoder are needed as well.
    """
    found = _read_json(folder / "model_index.json").get("_class_name")
    if found != kind:
        raise _broken(
            folder / "model_index.json", f"it describes {_with_article(found)}, but an {kind} is needed"
        )
    _check_unet(folder / "unet")
    _read_json(folder / "scheduler" / "scheduler_config.json")
    if with_text:
        _read_json(folder / "tokenizer" / "tokenizer_config.json")
        _read_json(folder / "text_encoder" / "config.json")
        _check_weights(folder / "text_encoder")


def variant_of(folder: Path, half: bool) -> str | None:
    """Return "fp16" when a part's weights should be read from the files of that variant, else None.

    folder: of the UNet or the text encoder.  half: whether half precision is wanted.
    """
    halves = {file for file in folder.glob("*.safetensors") if ".fp16" in file.name}
    others = set(folder.glob("*.safetensors")) - halves
    return "fp16" if halves and (half or not others) else None


def _check_unet(folder: Path) -> None:
    channels = _read_json(folder / "config.json").get("out_channels")
    if channels != 6:
        raise _broken(
            folder / "config.json",
            f"out_channels = {channels}, but the course needs 6: 3 of noise estimate and 3 of variance",
        )
    _check_weights(folder)


def _check_weights(folder: Path) -> None:
    from safetensors import SafetensorError, safe_open

    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise _broken(folder, "it holds no weights (*.safetensors)")
    for file in files:
        try:
            with safe_open(file, framework="pt"):
                pass
        except (SafetensorError, OSError) as error:
            raise _broken(file, f"it is truncated or damaged: {error}") from error


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _broken(file, "it is missing") from None
    except (OSError, ValueError) as error:
        raise _broken(file, f"it cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise _broken(file, "it is not a JSON object")
    return content


def _broken(file: Path, reason: str) -> PretrainedError:
    remedy = (
        "Install the course again, its files are not whole"
        if EMBEDDED in file.parents
        else "Copy the folder again, or if it is the hub's, delete it and load it with download=True"
    )
    return PretrainedError(f"{file}: {reason}. {remedy}; the embedded model is load('emoji_if').")


def _with_article(name: object) -> str:
    return f"{'an' if str(name)[:1] in 'AEIOU' else 'a'} {name}"
