"""IF pipelines in miniature: the classes and the file layout of the real thing, with random weights."""

import os
import signal
import string
from pathlib import Path

import pytest
import torch

from course.toolkit.pretrained import Pretrained, load

WORDS = [
    "a",
    "an",
    "of",
    "photo",
    "pencil",
    "rocket",
    "ship",
    "high",
    "quality",
    "oil",
    "painting",
    *string.digits,
]


def pytest_configure(config: pytest.Config) -> None:
    """Hear Ctrl-C, and let started commands hear it, where a background job was begun with ears shut.

    Where several processes test, each computes on one core, and so does what it starts.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        torch.set_num_threads(1)
        os.environ["OMP_NUM_THREADS"] = "1"


def _tokenizer():
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(["<pad>", "</s>", "<unk>", *WORDS])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=77
    )


def _text_encoder(words: int):
    from transformers import T5Config, T5EncoderModel

    config = T5Config(vocab_size=words, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    return T5EncoderModel(config)


def _unet(**options):
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        **{"sample_size": 8, "in_channels": 3, **options},
        out_channels=6,
        layers_per_block=1,
        block_out_channels=(8, 8),
        norm_num_groups=4,
        attention_head_dim=4,
        cross_attention_dim=16,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )


@pytest.fixture(scope="session")
def miniature_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved `IFPipeline`, 8 pixels wide; copy it before changing it."""
    from diffusers import DDPMScheduler, IFPipeline

    folder = tmp_path_factory.mktemp("pretrained") / "miniature"
    tokenizer = _tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(29)
        text_encoder, unet = _text_encoder(len(tokenizer)), _unet()
    IFPipeline(
        tokenizer=tokenizer,
        text_encoder=text_encoder,
        unet=unet,
        scheduler=DDPMScheduler(beta_schedule="squaredcos_cap_v2", variance_type="learned_range"),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
        requires_safety_checker=False,
    ).save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="session")
def miniature(miniature_folder: Path) -> Pretrained:
    """Return the miniature, loaded on the CPU in float32."""
    return load(miniature_folder, device="cpu")


@pytest.fixture(scope="session")
def miniature_stage_2_folder(miniature_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved `IFSuperResolutionPipeline` for 16 pixels, in half precision, with the words of the other."""
    from diffusers import DDPMScheduler, IFPipeline, IFSuperResolutionPipeline

    folder = tmp_path_factory.mktemp("pretrained") / "stage_2"
    small = IFPipeline.from_pretrained(str(miniature_folder))
    IFSuperResolutionPipeline(
        tokenizer=small.tokenizer,
        text_encoder=small.text_encoder,
        unet=_unet(sample_size=16, in_channels=6, class_embed_type="timestep"),
        scheduler=small.scheduler,
        image_noising_scheduler=DDPMScheduler(beta_schedule="squaredcos_cap_v2"),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
        requires_safety_checker=False,
    ).to(dtype=torch.float16).save_pretrained(str(folder), variant="fp16")
    return folder
