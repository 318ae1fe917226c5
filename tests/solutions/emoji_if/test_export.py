import shutil
from pathlib import Path

import pytest
import torch
from diffusers import IFPipeline
from PIL import Image
from torch import nn

from course.toolkit.pretrained import load
from course.toolkit.vocabulary import UnknownWordWarning, unknown_words
from solutions.emoji_if import sheet
from solutions.emoji_if.data.captions import STYLES, sentences
from solutions.emoji_if.data.words import COURSE_PROMPTS, NOUNS
from solutions.emoji_if.export import ASSET, averaged_weights, export, trained
from solutions.emoji_if.model import PRESETS, build_pipeline, build_text_encoder, build_unet
from solutions.emoji_if.training import Plan

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported")
    torch.manual_seed(29)
    pipeline = build_pipeline(PRESETS["miniature"], COURSE_PROMPTS)
    export(pipeline, nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder}), out)
    return out


def test_an_export_loads_plainly_and_generates(folder: Path) -> None:
    pipeline = IFPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    images = sheet.generate(pipeline, "a rocket ship", count=2, seed=29, steps=2, gamma=7.0)
    again = sheet.generate(pipeline, "a rocket ship", count=2, seed=29, steps=2, gamma=7.0)
    assert [image.size for image in images] == [(16, 16)] * 2
    assert images[0].tobytes() == again[0].tobytes() != images[1].tobytes()


def test_an_export_takes_the_place_of_a_larger_one(folder: Path, tmp_path: Path) -> None:
    """Weights in several files are loaded as well, and none of them stays behind."""
    out = tmp_path / "model"
    shutil.copytree(folder, out)
    pipeline = build_pipeline(PRESETS["miniature"], COURSE_PROMPTS)
    averaged = nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solutions.emoji_if.export.LARGEST_SHARD", "300KB")
        export(pipeline, averaged, out)
    assert len(list((out / "unet").glob("*.safetensors"))) > 1
    loaded = load(out, device="cpu").pipeline.unet.state_dict()
    torch.testing.assert_close(loaded, averaged["unet"].state_dict(), atol=1e-3, rtol=1e-2)
    export(pipeline, averaged, out)
    assert len(list((out / "unet").glob("*.safetensors*"))) == 1


def test_an_export_keeps_what_the_model_is_near_to(tmp_path: Path) -> None:
    pipeline = build_pipeline(PRESETS["miniature"], COURSE_PROMPTS)
    averaged = nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder})
    export(pipeline, averaged, tmp_path / "model", {"zebra": ["dog", "old man"]})
    with pytest.warns(UnknownWordWarning, match=r"'zebra' \(nearest to it: dog, old man\)"):
        load(tmp_path / "model", device="cpu").embed("a zebra")
    export(pipeline, averaged, tmp_path / "model")
    with pytest.warns(UnknownWordWarning, match=r"'zebra' \(nothing is spelled like it\)"):
        load(tmp_path / "model", device="cpu").embed("a zebra")


def test_the_embedded_model_names_only_what_it_knows() -> None:
    model = load(device="cpu")
    said = [near for names in model.related.values() for near in names]
    assert not any(unknown_words(model.pipeline.tokenizer, near) for near in set(said))
    known = {word for word in model.related if unknown_words(model.pipeline.tokenizer, word) != [word]}
    assert known <= {word for style in STYLES for word in style.caption.split()}, "no noun has these words"
    assert model.related["zebra"]
    assert "airplane" in model.related["helicopter"]


def test_an_export_leaves_the_weights_it_was_given_alone(folder: Path, tmp_path: Path) -> None:
    pipeline = build_pipeline(PRESETS["miniature"], COURSE_PROMPTS)
    export(pipeline, nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder}), tmp_path)
    assert pipeline.unet.dtype == torch.float32


def test_a_run_without_checkpoint_is_named_with_the_remedy(tmp_path: Path) -> None:
    pipeline = build_pipeline(PRESETS["miniature"], COURSE_PROMPTS)
    with pytest.raises(FileNotFoundError, match=r"checkpoint\.pt is missing; train first"):
        averaged_weights(tmp_path, pipeline)


def test_a_run_says_itself_what_it_is_of(tmp_path: Path) -> None:
    """The folder of a run from before there was a choice has neither preset, vocabulary nor nouns."""
    Plan(images=1, preset="miniature").write(tmp_path / "plan.json")
    made = build_pipeline(PRESETS["miniature"], [*sentences(NOUNS), *COURSE_PROMPTS])
    weights = nn.ModuleDict({"unet": made.unet, "text_encoder": made.text_encoder})
    torch.save({"averaged": weights.state_dict()}, tmp_path / "checkpoint.pt")
    pipeline, averaged = trained(tmp_path)
    assert pipeline.unet.config.sample_size == 16
    assert torch.equal(averaged["unet"].conv_in.weight, made.unet.conv_in.weight)
    with pytest.raises(FileNotFoundError, match=r"plan\.json is missing; train first"):
        trained(tmp_path / "nowhere")


def test_the_largest_preset_stays_small_with_four_times_the_catalogues_words() -> None:
    with torch.device("meta"):
        unet, encoder = build_unet(PRESETS["full"]), build_text_encoder(PRESETS["full"], 5000)
    halves, wholes = (sum(p.numel() for p in network.parameters()) for network in (unet, encoder))
    assert 2 * halves + 4 * wholes < 25e6


def test_a_sheet_holds_every_picture_in_its_place() -> None:
    red, blue = (Image.new("RGB", (4, 4), colour) for colour in ("red", "blue"))
    page = sheet.sheet([("one", [red, blue]), ("two", [blue, red])], side=20, columns=1)
    assert page.size == (2 * 20 + 12, 2 * (14 + 20 + 6) + 6)
    assert page.getpixel((16, 30)) == (255, 0, 0)
    assert page.getpixel((36, 30)) == (0, 0, 255)
    assert page.getpixel((16, 70)) == (0, 0, 255)


def test_the_embedded_model_is_small_and_draws_what_it_says() -> None:
    sizes = [path.stat().st_size for path in ASSET.rglob("*") if path.is_file()]
    assert sum(sizes) < 25 * MEGABYTE
    assert max(sizes) < 15 * MEGABYTE
    pipeline = IFPipeline.from_pretrained(ASSET, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    assert pipeline.unet.config.sample_size == 64
    assert pipeline.unet.config.out_channels == 6
    assert pipeline.scheduler.config.variance_type == "learned_range"
    image = sheet.generate(pipeline, "a rocket ship", count=1, seed=29, steps=2, gamma=7.0)[0]
    assert image.size == (64, 64)
