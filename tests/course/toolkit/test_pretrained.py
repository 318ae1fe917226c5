"""One loader for three kinds of model, on a pipeline in miniature."""

import shutil
import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from course.toolkit import pretrained, pretrained_folder, seeds
from course.toolkit.pretrained import Pretrained, PretrainedError, UnknownWordWarning, load

COMMIT = "0" * 40


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache of the hub, in the place of this machine's."""
    from huggingface_hub import constants

    for module in ("diffusers.utils.constants", "diffusers.utils", "diffusers.pipelines.pipeline_utils"):
        monkeypatch.setattr(f"{module}.HF_HUB_CACHE", str(tmp_path), raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def put_in_cache(cache: Path, model: str, folder: Path) -> Path:
    home = cache / f"models--{model.replace('/', '--')}"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(COMMIT)
    return Path(shutil.copytree(folder, home / "snapshots" / COMMIT))


def test_loading_is_silent(miniature_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(miniature_folder, device="cpu")
    assert capfd.readouterr() == ("", "")


def test_verbosity_is_put_back(miniature_folder: Path) -> None:
    from diffusers.utils import logging

    logging.set_verbosity_info()
    load(miniature_folder, device="cpu")
    assert logging.get_verbosity() == logging.INFO
    assert logging.is_progress_bar_enabled()
    logging.set_verbosity_warning()


def test_what_is_loaded(miniature: Pretrained) -> None:
    assert miniature.image_size == 8
    assert miniature.device == torch.device("cpu")
    assert miniature.dtype == torch.float32
    assert miniature.stage_1.unet is miniature.pipeline.unet
    assert miniature.stage_1.alpha_bar.shape == (1000,)
    for part in (miniature.pipeline.unet, miniature.pipeline.text_encoder):
        assert not part.training
        assert not any(weight.requires_grad for weight in part.parameters())


def test_stage_1_estimates_and_adds_variance(miniature: Pretrained) -> None:
    e = miniature.embed("a photo")
    x_t = seeds.noise((1, 3, 8, 8), seeds.generator(29))
    output = miniature.stage_1.unet(x_t, 990, encoder_hidden_states=e, return_dict=False)[0]
    assert output.shape == (1, 6, 8, 8)
    noisier = miniature.stage_1.add_variance(x_t, output[:, 3:], 990, 960, seeds.generator(29))
    assert noisier.shape == x_t.shape
    assert not torch.equal(noisier, x_t)


def test_dtype_is_that_of_everything(miniature_folder: Path) -> None:
    double = load(miniature_folder, device="cpu", dtype=torch.float64)
    assert double.pipeline.unet.dtype == torch.float64
    assert double.embed("a photo").dtype == torch.float64


def test_embed_is_the_pipelines_own_encoding(miniature: Pretrained) -> None:
    expected, null = miniature.pipeline.encode_prompt(["a photo", "a pencil"], device="cpu")
    found = miniature.embed(["a photo", "a pencil"])
    assert torch.equal(found, expected)
    assert torch.equal(miniature.embed(""), null[:1])
    torch.testing.assert_close(miniature.embed("a photo"), found[:1])
    assert not found.requires_grad


def test_embed_warns_of_unknown_words_at_the_callers_line(miniature: Pretrained) -> None:
    with pytest.warns(UnknownWordWarning, match="'rokket' .did you mean rocket") as caught:
        miniature.embed("a rokket")
    assert caught[0].filename == __file__


@pytest.mark.parametrize(("prompt", "error"), [(3, TypeError), (["a", None], TypeError), ([], ValueError)])
def test_embed_refuses_what_is_no_prompt(miniature: Pretrained, prompt, error) -> None:
    with pytest.raises(error, match="prompt = "):
        miniature.embed(prompt)


def test_saved_embeddings_take_the_text_encoders_place(miniature, miniature_folder, tmp_path: Path) -> None:
    path = tmp_path / "prompts.safetensors"
    pretrained.save_embeddings(path, ["a photo"], miniature.embed)
    without = load(miniature_folder, device="cpu", embeddings=path)
    assert without.pipeline.text_encoder is None
    assert torch.equal(without.embed(["A photo", ""]), miniature.embed(["a photo", ""]))
    with pytest.raises(PretrainedError, match="'a pencil' is not among"):
        without.embed("a pencil")


def test_embeddings_of_another_model_are_refused(miniature_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "wide.safetensors"
    pretrained.save_embeddings(path, ["a photo"], lambda prompts: torch.zeros(len(prompts), 77, 4096))
    with pytest.raises(PretrainedError, match="4096 numbers a word, but this UNet reads 16"):
        load(miniature_folder, device="cpu", embeddings=path)


def test_the_embedded_model_is_the_default(miniature_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained_folder, "EMBEDDED", miniature_folder)
    assert load(device="cpu").image_size == 8


def test_from_the_hubs_cache_by_id(hub: Path, miniature_folder: Path) -> None:
    put_in_cache(hub, "somebody/miniature", miniature_folder)
    assert load("somebody/miniature", device="cpu").image_size == 8


def test_deepfloyd_by_name_without_text_encoder(hub: Path, miniature, miniature_folder, tmp_path) -> None:
    snapshot = put_in_cache(hub, pretrained_folder.STAGE_1, miniature_folder)
    shutil.rmtree(snapshot / "text_encoder")
    pretrained.save_embeddings(tmp_path / "prompts", ["a photo"], miniature.embed)
    assert load("deepfloyd", device="cpu", embeddings=tmp_path / "prompts").image_size == 8
    with pytest.raises(PretrainedError, match="text_encoder"):
        load("deepfloyd", device="cpu")


@pytest.mark.parametrize("loader", [load, pretrained.load_stage_2])
def test_nothing_is_downloaded_unasked(hub: Path, loader, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*args, **kwargs):
        raise AssertionError("asked the network")

    monkeypatch.setattr("socket.getaddrinfo", no_network)
    monkeypatch.setattr("socket.socket.connect", no_network)
    with pytest.raises(PretrainedError, match=r"^DeepFloyd/IF-.*not on this machine.*download=True"):
        loader("deepfloyd", device="cpu")


def test_no_network_when_asked_to_download(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*args, **kwargs):
        raise OSError("Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", no_network)
    with pytest.raises(PretrainedError, match=r"cannot be reached.*load\('emoji_if'\)"):
        load("somebody/absent", device="cpu", download=True)


def test_no_memory_on_the_device(miniature_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("diffusers.DiffusionPipeline.to", full)
    with pytest.raises(PretrainedError, match=r"not enough memory.*embeddings=FILE"):
        load(miniature_folder, device="cpu")


def test_a_device_that_is_not_there(miniature_folder: Path) -> None:
    with pytest.raises(PretrainedError, match="device = 'toaster'"):
        load(miniature_folder, device="toaster")


def test_weights_that_do_not_fit_the_config(miniature_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(miniature_folder, tmp_path / "copy"))
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 16', '"cross_attention_dim": 24'))
    with pytest.raises(PretrainedError, match="do not make an IF pipeline"):
        load(folder, device="cpu")


@pytest.mark.parametrize(
    ("file", "weight"),
    [
        ("unet/diffusion_pytorch_model.safetensors", "conv_out.weight"),
        ("text_encoder/model.safetensors", "encoder.final_layer_norm.weight"),
    ],
)
def test_no_weight_is_made_up(miniature_folder: Path, tmp_path: Path, file: str, weight: str) -> None:
    folder = Path(shutil.copytree(miniature_folder, tmp_path / "copy"))
    weights = load_file(folder / file)
    del weights[weight]
    save_file(weights, folder / file, metadata={"format": "pt"})
    with pytest.raises(PretrainedError, match="do not make an IF pipeline"):
        load(folder, device="cpu")


def test_stage_2_of_another_class(hub: Path, miniature_folder: Path) -> None:
    put_in_cache(hub, pretrained_folder.STAGE_2, miniature_folder)
    with pytest.raises(PretrainedError, match="an IFPipeline, but an IFSuperResolutionPipeline is needed"):
        pretrained.load_stage_2(device="cpu")


def test_stage_2_enlarges_a_picture(hub: Path, miniature: Pretrained, miniature_stage_2_folder: Path) -> None:
    """From the hub's cache, without the text encoder, from weights of the variant fp16 alone."""
    snapshot = put_in_cache(hub, pretrained_folder.STAGE_2, miniature_stage_2_folder)
    shutil.rmtree(snapshot / "text_encoder")
    stage_2 = pretrained.load_stage_2(device="cpu")
    enlarged = stage_2(
        image=torch.zeros(1, 3, 8, 8),
        prompt_embeds=miniature.embed("a photo"),
        negative_prompt_embeds=miniature.embed(""),
        num_inference_steps=2,
        generator=seeds.generator(29),
        output_type="pt",
    ).images
    assert enlarged.shape == (1, 3, 16, 16)
    assert stage_2.text_encoder is None


def test_half_precision_from_its_own_files(miniature_folder: Path, tmp_path: Path) -> None:
    load(miniature_folder, device="cpu", dtype=torch.float16).pipeline.save_pretrained(
        str(tmp_path / "half"), variant="fp16"
    )
    for dtype in (torch.float16, torch.float32):
        half = load(tmp_path / "half", device="cpu", dtype=dtype)
        assert half.pipeline.unet.dtype == half.embed("a photo").dtype == dtype
