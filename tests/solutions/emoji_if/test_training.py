import logging
import os
import signal
from itertools import islice
from pathlib import Path

import pytest
import torch
from torch import nn

from solutions.emoji_if import train
from solutions.emoji_if.bank import Bank
from solutions.emoji_if.model import PRESETS, Preset, build_pipeline, build_unet, preset_named
from solutions.emoji_if.training import Plan, Trainer
from solutions.emoji_if.words import COURSE_PROMPTS, known_words

PLAN = Plan(images=24, batch=4, warmup=2)


@pytest.fixture
def trainer(full_bank: Bank) -> Trainer:
    return train.prepare(PRESETS["miniature"], PLAN, full_bank, torch.device("cpu"))


@pytest.fixture(scope="session")
def full_bank() -> Bank:
    """Return a grey disc for every noun in every set."""
    pictures = torch.zeros(400, 4, 24, 24, dtype=torch.uint8)
    pictures[:, :, 6:18, 6:18] = 200
    return Bank(pictures, torch.arange(100).repeat_interleave(4), torch.arange(4).repeat(100))


def same(first: nn.Module, second: nn.Module) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_a_resumed_run_equals_an_unbroken_one(full_bank: Bank, tmp_path: Path) -> None:
    def fresh() -> Trainer:
        return train.prepare(PRESETS["miniature"], PLAN, full_bank, torch.device("cpu"))

    unbroken, broken, resumed = fresh(), fresh(), fresh()
    told = list(unbroken.train())
    list(islice(broken.train(), 3))
    broken.save(tmp_path / "checkpoint.pt")
    resumed.restore(tmp_path / "checkpoint.pt")
    assert list(resumed.train()) == told[3:]
    assert same(resumed.model, unbroken.model)
    assert same(resumed.averaged, unbroken.averaged)
    assert not same(broken.model, unbroken.model)


def test_training_ends_with_the_plan_and_yields_each_step(trainer: Trainer) -> None:
    assert [progress.step for progress in trainer.train()] == [1, 2, 3, 4, 5, 6]
    assert list(trainer.train()) == []


def test_the_text_encoder_and_the_variances_learn_too(trainer: Trainer) -> None:
    before = {name: weight.clone() for name, weight in trainer.model.named_parameters()}
    list(trainer.train())
    moved = {
        name for name, weight in trainer.model.named_parameters() if not torch.equal(weight, before[name])
    }
    assert "text_encoder.shared.weight" in moved
    assert (trainer.model["unet"].conv_out.weight[3:] != before["unet.conv_out.weight"][3:]).any()


def test_the_rate_rises_then_falls_to_nought() -> None:
    plan = Plan(images=1000, batch=10, warmup=10)
    assert plan.steps == 100
    rates = [plan.rate_at(step) for step in range(101)]
    assert rates.index(max(rates)) == 9
    assert rates[50] == pytest.approx(plan.rate / 2)
    assert rates[100] == 0


def test_prompts_are_embedded_as_the_pipeline_does_it(trainer: Trainer) -> None:
    trainer.model.eval()
    prompts = ["a photo of a dog", ""]
    with torch.no_grad():
        expected = trainer.pipeline.encode_prompt(prompts, do_classifier_free_guidance=False)[0]
        torch.testing.assert_close(trainer.embed(prompts), expected)
    assert expected.shape == (2, 77, 32)


def test_a_plan_once_written_is_kept(tmp_path: Path) -> None:
    assert train.settle_plan(tmp_path, PLAN) == PLAN
    assert train.settle_plan(tmp_path, Plan(images=7)) == PLAN


def test_following_saves_stops_and_reports(
    trainer: Trainer, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "REPORT", 1)
    with caplog.at_level(logging.INFO):
        train.follow(trainer, tmp_path, minutes=0, every=0, stopped=[])
    assert trainer.step == 1
    assert (tmp_path / "checkpoint.pt").is_file()
    assert "step 1 simple" in caplog.text


def test_a_signal_is_noted_and_not_raised() -> None:
    with train.stop_signals() as stopped:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopped == [signal.SIGTERM]


def test_the_tokenizer_knows_the_prompts_and_ends_them() -> None:
    tokenizer = build_pipeline(PRESETS["miniature"], COURSE_PROMPTS).tokenizer
    assert {"rocket", "amalfi", "campfire"} <= set(known_words(tokenizer))
    assert not set(known_words(tokenizer)) & {"<pad>", "</s>", "<unk>"}
    assert tokenizer("").input_ids == [tokenizer.eos_token_id]
    assert tokenizer("A Rocket, ship!").input_ids == tokenizer("a rocket ship").input_ids
    assert tokenizer.unk_token_id in tokenizer("a zeppelin").input_ids


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_makes_the_pipeline_it_describes(preset: Preset) -> None:
    with torch.device("meta"):
        unet = build_unet(preset)
    assert unet.config.sample_size == preset.image_size
    assert unet.config.out_channels == 6


def test_an_unknown_preset_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no preset is called 'huge'; choose one of small"):
        preset_named("huge")
