"""Names lead to folders, and a damaged folder is told by its file."""

import json
import shutil
from pathlib import Path

import pytest

from course.toolkit import pretrained_folder
from course.toolkit.pretrained_errors import PretrainedError

WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(miniature_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(miniature_folder, tmp_path / "copy"))


def test_names(folder: Path) -> None:
    assert pretrained_folder.locate("emoji_if") == pretrained_folder.EMBEDDED
    assert pretrained_folder.locate("deepfloyd") == "DeepFloyd/IF-I-L-v1.0"
    assert pretrained_folder.locate("deepfloyd", pretrained_folder.STAGE_2) == "DeepFloyd/IF-II-L-v1.0"
    assert pretrained_folder.locate("DeepFloyd/IF-I-M-v1.0") == "DeepFloyd/IF-I-M-v1.0"
    assert pretrained_folder.locate(str(folder)) == pretrained_folder.locate(folder) == folder


def test_a_folder_that_exists_goes_before_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert pretrained_folder.locate("owner/name") == Path("owner/name")


@pytest.mark.parametrize("model", ["emoji", "/no/such", "a/b/c", "../up", "./x", Path("owner/name")])
def test_a_name_of_nothing_lists_the_choices(model: str | Path) -> None:
    with pytest.raises(PretrainedError, match="pass 'emoji_if', 'deepfloyd'"):
        pretrained_folder.locate(model)


def test_a_whole_folder_passes(folder: Path) -> None:
    pretrained_folder.check(folder)


def _edit(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


DAMAGE = {
    "index missing": ("model_index.json", lambda f: f.unlink(), "missing"),
    "index no JSON": ("model_index.json", lambda f: f.write_text("{"), "cannot be read"),
    "index a list": ("model_index.json", lambda f: f.write_text("[]"), "not a JSON object"),
    "index no text": ("model_index.json", lambda f: f.write_bytes(b"\xff\xfe\xfa"), "cannot be read"),
    "another class": (
        "model_index.json",
        lambda f: _edit(f, _class_name="StableDiffusionPipeline"),
        "a StableDiffusionPipeline, but an IFPipeline",
    ),
    "three channels": ("unet/config.json", lambda f: _edit(f, out_channels=3), "out_channels = 3"),
    "scheduler missing": ("scheduler/scheduler_config.json", lambda f: f.unlink(), "missing"),
    "weights truncated": (WEIGHTS, lambda f: f.write_bytes(f.read_bytes()[:-100]), "truncated"),
    "weights empty": (WEIGHTS, lambda f: f.write_bytes(b""), "truncated"),
    "weights a pointer": (WEIGHTS, lambda f: f.write_text("version https://git-lfs"), "truncated"),
    "weights missing": (WEIGHTS, lambda f: f.unlink(), "no weights"),
    "tokenizer missing": ("tokenizer/tokenizer_config.json", lambda f: f.unlink(), "missing"),
    "encoder truncated": ("text_encoder/model.safetensors", lambda f: f.write_bytes(b"123"), "truncated"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_with_file_reason_and_remedy(folder: Path, kind: str) -> None:
    file, harm, reason = DAMAGE[kind]
    harm(folder / file)
    with pytest.raises(PretrainedError) as caught:
        pretrained_folder.check(folder)
    text = str(caught.value)
    assert str((folder / file).parent if reason == "no weights" else folder / file) in text
    assert reason in text
    assert "Copy the folder again" in text


def test_text_parts_may_be_absent_when_not_needed(folder: Path) -> None:
    shutil.rmtree(folder / "text_encoder")
    pretrained_folder.check(folder, with_text=False)
    with pytest.raises(PretrainedError, match="text_encoder"):
        pretrained_folder.check(folder)


def test_the_embedded_model_is_repaired_by_installing_again(monkeypatch, folder: Path) -> None:
    monkeypatch.setattr(pretrained_folder, "EMBEDDED", folder)
    (folder / WEIGHTS).write_bytes(b"")
    with pytest.raises(PretrainedError, match="Install the course again"):
        pretrained_folder.check(folder)


@pytest.mark.parametrize(
    ("names", "half", "expected"),
    [
        (["m.safetensors"], True, None),
        (["m.safetensors", "m.fp16.safetensors"], True, "fp16"),
        (["m.safetensors", "m.fp16.safetensors"], False, None),
        (["m.fp16.safetensors"], False, "fp16"),
        (["m.fp16-00001-of-00002.safetensors"], True, "fp16"),
    ],
)
def test_variant(tmp_path: Path, names: list[str], half: bool, expected: str | None) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert pretrained_folder.variant_of(tmp_path, half) == expected
