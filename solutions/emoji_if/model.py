"""The pipeline in miniature: U-Net, text encoder, tokenizer and scheduler, as an untrained `IFPipeline`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import DDPMScheduler, IFPipeline, UNet2DConditionModel
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

from course.toolkit import pretrained

PAD, EOS, UNK = "<pad>", "</s>", "<unk>"
PUNCTUATION = r"[^\w\s]"
PROMPT_LENGTH = 77
"""Tokens that IFPipeline pads every prompt to; the text encoder is trained on the same."""


@dataclass(frozen=True)
class Preset:
    """The sizes of a model.

    channels: one number per resolution, each half the one before; attention is at the lowest alone.
    groups: of channels that are normalized together. Groups of few channels lose the mean of each, and with
    it the colour of the whole picture, which is all that is left of it in the noisiest steps.
    time_width: dimension of the embedding of the time and the prompt as a whole.  text_width: dimension of a
    prompt embedding.
    """

    image_size: int
    channels: tuple[int, ...]
    layers: int = 1
    groups: int = 1
    time_width: int = 384
    head_width: int = 32
    text_width: int = 128
    text_layers: int = 2


PRESETS = {
    "small": Preset(image_size=64, channels=(16, 32, 96, 192), groups=2),
    "full": Preset(image_size=64, channels=(32, 64, 128, 160), groups=4, layers=2),
    "miniature": Preset(image_size=16, channels=(32, 32), time_width=64, text_width=32, text_layers=1),
}


def preset_named(name: str) -> Preset:
    """Return the preset.  Raises ValueError naming the known ones."""
    if name not in PRESETS:
        raise ValueError(f"no preset is called {name!r}; choose one of {', '.join(PRESETS)}")
    return PRESETS[name]


def build_unet(preset: Preset) -> UNet2DConditionModel:
    """Return a U-Net, three channels in and six out, told of the text by attention and beside the time."""
    plain = len(preset.channels) - 1
    return UNet2DConditionModel(
        sample_size=preset.image_size,
        in_channels=3,
        out_channels=6,
        block_out_channels=preset.channels,
        layers_per_block=preset.layers,
        norm_num_groups=preset.groups,
        down_block_types=("DownBlock2D",) * plain + ("SimpleCrossAttnDownBlock2D",),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        up_block_types=("SimpleCrossAttnUpBlock2D",) + ("UpBlock2D",) * plain,
        time_embedding_dim=preset.time_width,
        attention_head_dim=preset.head_width,
        encoder_hid_dim=preset.text_width,
        encoder_hid_dim_type="text_proj",
        cross_attention_dim=preset.text_width,
        addition_embed_type="text",
        addition_embed_type_num_heads=preset.text_width // preset.head_width,
        resnet_time_scale_shift="scale_shift",
    )


def build_text_encoder(preset: Preset, words: int) -> T5EncoderModel:
    """Return a T5 encoder for a vocabulary of `words` entries."""
    heads = preset.text_width // preset.head_width
    return T5EncoderModel(
        T5Config(
            vocab_size=words,
            d_model=preset.text_width,
            d_kv=preset.head_width,
            num_heads=heads,
            d_ff=2 * preset.text_width,
            num_layers=preset.text_layers,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
        )
    )


def build_tokenizer(sentences: Iterable[str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer that knows each word of the sentences and ends every prompt with the mark `EOS`."""
    plain = (re.sub(PUNCTUATION, " ", sentence.lower()) for sentence in sentences)
    words = sorted({word for sentence in plain for word in sentence.split()})
    vocabulary = {word: i for i, word in enumerate((PAD, EOS, UNK, *words))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNK))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Lowercase(), normalizers.Replace(Regex(PUNCTUATION), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", special_tokens=[(EOS, vocabulary[EOS])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=EOS,
        unk_token=UNK,
        model_max_length=PROMPT_LENGTH,
    )


def build_scheduler() -> DDPMScheduler:
    """Return the noise schedule of the cosine kind, with learned variances (Nichol & Dhariwal 2021)."""
    return DDPMScheduler(
        num_train_timesteps=1000,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="epsilon",
        variance_type="learned_range",
        clip_sample=True,
    )


def build_pipeline(preset: Preset, sentences: Iterable[str]) -> IFPipeline:
    """Return an untrained pipeline that knows the words of the sentences."""
    tokenizer = build_tokenizer(sentences)
    return IFPipeline(
        tokenizer=tokenizer,
        text_encoder=build_text_encoder(preset, len(tokenizer)),
        unet=build_unet(preset),
        scheduler=build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
        requires_safety_checker=False,
    )


def take_weights(pipeline: IFPipeline, folder: Path) -> None:
    """Give a pipeline the weights of another of the same sizes and words, saved in a folder.

    Raises ValueError (`PretrainedError`) where the folder holds none, ValueError where sizes or words differ.
    """
    other = pretrained.load(folder, device="cpu", dtype=torch.float32).pipeline
    if other.tokenizer.get_vocab() != pipeline.tokenizer.get_vocab():
        raise ValueError(
            f"the model in {folder} knows other words; train with the vocabulary that it learned"
        )
    for name in ("unet", "text_encoder"):
        try:
            getattr(pipeline, name).load_state_dict(getattr(other, name).state_dict())
        except RuntimeError as error:
            raise ValueError(f"the {name} in {folder} has other sizes; train with its preset") from error
