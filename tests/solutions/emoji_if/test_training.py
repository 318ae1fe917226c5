import json
import logging
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import pytest
import torch
import typer
from torch import nn
from typer.testing import CliRunner

from course.toolkit import pretrained, speed
from course.toolkit.speed import Crew
from solutions.emoji_if import run, train
from solutions.emoji_if.data.bank import Bank
from solutions.emoji_if.data.captions import sentences
from solutions.emoji_if.data.words import COURSE_PROMPTS, NOUNS, known_words
from solutions.emoji_if.export import export, trained
from solutions.emoji_if.losses import timestep_odds
from solutions.emoji_if.model import PRESETS, Preset, build_pipeline, build_unet, preset_named
from solutions.emoji_if.training import Plan, Progress, Trainer, mean_losses

PLAN = Plan(images=24, batch=4, warmup=2, preset="miniature")
HOW = speed.choose("cpu")


@pytest.fixture
def trainer(full_bank: Bank) -> Trainer:
    return train.prepare(PLAN, NOUNS, full_bank, HOW)


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
        return train.prepare(PLAN, NOUNS, full_bank, HOW)

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


def test_the_averages_follow_quickly_at_first(trainer: Trainer) -> None:
    before = trainer.model["unet"].conv_in.weight.clone()
    next(trainer.train())
    after = trainer.model["unet"].conv_in.weight.detach()
    torch.testing.assert_close(trainer.averaged["unet"].conv_in.weight, before.lerp(after, 1 - 2 / 11))


@pytest.mark.parametrize("t", [20, 900])
def test_an_error_counts_by_its_timestep_and_as_one_on_the_mean(trainer: Trainer, t: int) -> None:
    """A mean over 3,072 squares of normal numbers is within 0.15 of 1, but for one run in 10⁸."""
    trainer.odds = torch.zeros(1000).index_fill(0, torch.tensor(t), 1.0)
    trainer.shared = lambda x_t, t, tokens, mask: torch.zeros(len(x_t), 6, *x_t.shape[2:])
    simple, _ = trainer._losses(*trainer.captioner.draw(4, trainer.generator))
    ratio = trainer.weights[900] / trainer.weights[20]
    assert ratio == pytest.approx(float(trainer.alpha_bar[20] / trainer.alpha_bar[900]), rel=1e-3)
    assert float(simple / trainer.weights[t]) == pytest.approx(1, abs=0.15)
    odds = timestep_odds(trainer.alpha_bar)
    assert float((trainer.weights * odds).sum() / odds.sum()) == pytest.approx(1, rel=1e-4)


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
        made = trainer.model.embed(*trainer.tokenize(prompts))
        torch.testing.assert_close(made, expected)
    assert expected.shape == (2, 77, 32)


def test_a_plan_once_written_is_kept(tmp_path: Path) -> None:
    planned = run.settle_plan(tmp_path, {"preset": "full", "vocabulary": "full"})
    assert (planned.preset, planned.vocabulary, planned.seed) == ("full", "full", 29)
    assert run.settle_plan(tmp_path, {}) == planned
    assert run.settle_plan(tmp_path, asdict(planned)) == planned
    assert run.read_plan(tmp_path) == planned


@pytest.mark.parametrize(
    ("name", "value"), [("preset", "small"), ("vocabulary", "chosen"), ("seed", 30), ("images", 7)]
)
def test_what_contradicts_the_plan_is_refused_with_the_remedy(
    tmp_path: Path, name: str, value: str | int
) -> None:
    planned = run.settle_plan(tmp_path, {"preset": "full", "vocabulary": "full"})
    with pytest.raises(ValueError, match=f"--{name} {value}, but .*plan.json says .*; leave the option out"):
        run.settle_plan(tmp_path, {name: value})
    assert run.read_plan(tmp_path) == planned


def test_a_wrong_setting_starts_no_run(tmp_path: Path) -> None:
    for asked in ({"preset": "huge"}, {"vocabulary": "all"}):
        with pytest.raises(ValueError, match=r"choose one of"):
            run.settle_plan(tmp_path, asked)
    assert list(tmp_path.iterdir()) == []


def test_an_older_plan_is_of_the_small_model_and_the_chosen_words(tmp_path: Path) -> None:
    older = asdict(Plan(images=7))
    del older["preset"], older["vocabulary"]
    (tmp_path / "plan.json").write_text(json.dumps(older))
    assert run.settle_plan(tmp_path, {}) == Plan(images=7, preset="small", vocabulary="chosen")
    assert run.read_nouns(tmp_path) == NOUNS


def test_a_run_keeps_its_nouns(archives: Path, tmp_path: Path) -> None:
    run.settle_plan(tmp_path, {"vocabulary": "full"})
    nouns = run.settle_nouns(tmp_path, archives)
    assert [noun.phrase for noun in nouns[len(NOUNS) :]][2:4] == ["an eggplant", "an ear of corn"]
    assert nouns[:13] == NOUNS[:13]
    assert run.read_nouns(tmp_path) == run.settle_nouns(tmp_path, Path("nowhere")) == nouns


def command(*options: str) -> str:
    app = typer.Typer()
    app.command()(train.main)
    done = CliRunner().invoke(app, [*options, "--device", "cpu", "--threads", "1", "--scenes", "1"])
    return f"{done.exit_code} {done.output}"


def test_the_command_needs_the_settings_once(archives: Path, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "run"))
    once = ("--preset", "miniature", "--vocabulary", "full", "--images", "8", "--batch", "2")
    assert command(*out, *once, "--cache", str(archives), "--minutes", "0").startswith("0")
    resumed = command(*out, "--cache", "nowhere")
    assert resumed.startswith("0")
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["step"] == 4
    pipeline, _ = trained(tmp_path / "run")
    assert "aubergine" in known_words(pipeline.tokenizer)
    assert command(*out, "--preset", "small").startswith("2 --preset small, but ")


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model in miniature that knows the chosen nouns."""
    folder = tmp_path_factory.mktemp("exported")
    pipeline = build_pipeline(PRESETS["miniature"], [*sentences(NOUNS), *COURSE_PROMPTS])
    export(pipeline, nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder}), folder)
    return folder


def test_a_run_begins_with_the_weights_of_a_model(full_bank: Bank, exported: Path) -> None:
    fresh, begun = (train.prepare(PLAN, NOUNS, full_bank, HOW, weights) for weights in (None, exported))
    held = pretrained.load(exported, device="cpu").pipeline
    for part in ("unet", "text_encoder"):
        assert same(begun.model[part], getattr(held, part))
        assert same(begun.averaged[part], getattr(held, part))
        assert not same(fresh.model[part], getattr(held, part))
    list(begun.train())
    assert not same(begun.model["unet"], held.unet)


def test_weights_of_another_model_are_refused(full_bank: Bank, exported: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"knows other words; train with the vocabulary that it learned"):
        train.prepare(PLAN, NOUNS[:50], full_bank, HOW, exported)
    with pytest.raises(ValueError, match=r"the unet in .* has other sizes; train with its preset"):
        train.prepare(replace(PLAN, preset="small"), NOUNS, full_bank, HOW, exported)
    with pytest.raises(ValueError, match="nowhere"):
        train.prepare(PLAN, NOUNS, full_bank, HOW, tmp_path / "nowhere")


def test_weights_are_for_the_beginning_of_a_run(archives: Path, exported: Path, tmp_path: Path) -> None:
    options = ("--out", str(tmp_path / "run"), "--weights", str(exported))
    once = ("--preset", "miniature", "--images", "8", "--batch", "2", "--rate", "0")
    assert command(*options, *once, "--cache", str(archives)).startswith("0")
    _, averaged = trained(tmp_path / "run")
    assert same(averaged["text_encoder"], pretrained.load(exported, device="cpu").pipeline.text_encoder)
    assert command(*options).startswith("2 --weights ")
    assert "has a checkpoint already; leave --weights out to go on" in " ".join(command(*options).split())


def test_following_saves_stops_and_reports(
    trainer: Trainer, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "REPORT", 1)
    with caplog.at_level(logging.INFO):
        train.follow(trainer, tmp_path, minutes=0, every=0, stopped=[])
    assert trainer.step == 1
    assert (tmp_path / "checkpoint.pt").is_file()
    assert "step 1 simple" in caplog.text


def test_losses_are_read_in_one_go() -> None:
    reports = [Progress(i, torch.tensor(float(i)), torch.tensor(0.5)) for i in range(4)]
    assert mean_losses(reports) == (1.5, 0.5)


def test_nobody_reads_a_loss_unasked(trainer: Trainer) -> None:
    """To read one is to wait for the device."""
    progress = next(trainer.train())
    assert (progress.simple.shape, progress.simple.requires_grad) == ((), False)


def test_processes_draw_different_pictures_and_share_a_batch(full_bank: Bank) -> None:
    trainers = [
        train.prepare(PLAN, NOUNS, full_bank, replace(HOW, crew=Crew(0, 1))),
        *(train.prepare(PLAN, NOUNS, full_bank, HOW) for _ in range(3)),
    ]
    for rank, trainer in enumerate(trainers[1:]):
        trainer.how = replace(HOW, crew=Crew(rank, 3))
        trainer._seed()
    assert [trainer.share for trainer in trainers] == [4, 1, 1, 2]
    states = [trainer.generator.get_state().numpy().tobytes() for trainer in trainers]
    assert states[0] == states[1]
    assert len(set(states)) == 3


PROCESSES = """
import sys
sys.path.insert(0, {folder!r})
import test_training as t
t.process(t.Path({out!r}))
"""


def process(out: Path) -> None:
    """Train to the end of the plan in the folder, and leave what this process ends with beside it."""
    rank = os.environ["RANK"]
    trainer = train.start(out, Path("nowhere"), {}, speed.choose())
    began = trainer.step
    train.follow(trainer, out, minutes=9, every=0, stopped=[])
    ends = {"began": began, "step": trainer.step, "share": trainer.share}
    drawn = trainer.generator.get_state()
    torch.save({**ends, "model": trainer.model.state_dict(), "drawn": drawn}, out.with_name(f"rank-{rank}"))


@pytest.mark.slow
def test_two_processes_train_one_model_and_go_on_where_one_stopped(full_bank: Bank, tmp_path: Path) -> None:
    """As `accelerate launch` starts them, on GPUs."""
    out = tmp_path / "run"
    out.mkdir()
    PLAN.write(out / run.PLAN)
    full_bank.save(out / run.BANK)
    alone = train.start(out, Path("nowhere"), {}, HOW)
    list(islice(alone.train(), 2))
    alone.save(out / run.CHECKPOINT)
    script = tmp_path / "script.py"
    script.write_text(PROCESSES.format(folder=str(Path(__file__).parent), out=str(out)))
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run([*launch, str(script)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    first, second = (torch.load(tmp_path / f"rank-{rank}", weights_only=True) for rank in range(2))
    assert [(end["began"], end["step"], end["share"]) for end in (first, second)] == [(2, 6, 2)] * 2
    assert all(torch.equal(value, second["model"][name]) for name, value in first["model"].items())
    assert not torch.equal(first["drawn"], second["drawn"])
    alone.restore(out / run.CHECKPOINT)
    assert alone.step == 6
    assert all(torch.equal(value, first["model"][name]) for name, value in alone.model.state_dict().items())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_cpus_checkpoint_goes_on_on_a_gpu_and_back(
    trainer: Trainer, full_bank: Bank, tmp_path: Path
) -> None:
    next(trainer.train())
    trainer.save(tmp_path / "checkpoint.pt")
    there = train.prepare(PLAN, NOUNS, full_bank, speed.choose("cuda"))
    there.restore(tmp_path / "checkpoint.pt")
    list(islice(there.train(), 2))
    there.save(tmp_path / "checkpoint.pt")
    trainer.restore(tmp_path / "checkpoint.pt")
    assert [progress.step for progress in trainer.train()] == [4, 5, 6]


def test_a_checkpoint_of_another_layout_goes_on(trainer: Trainer, full_bank: Bank, tmp_path: Path) -> None:
    """The fused step wants moments laid out as their weights are, and these are laid out as on a GPU."""
    next(trainer.train())
    trainer.save(tmp_path / "checkpoint.pt")
    other = train.prepare(PLAN, NOUNS, full_bank, HOW)
    other.model.to(memory_format=torch.channels_last)
    other.restore(tmp_path / "checkpoint.pt")
    weight = other.model["unet"].conv_in.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert other.optimizer.state[weight]["exp_avg"].stride() == weight.stride()
    assert [progress.step for progress in other.train()] == [2, 3, 4, 5, 6]


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
    assert preset.channels[0] // preset.groups >= 8, "normalized in groups of few channels, colour is lost"


def test_the_tokenizer_splits_words_where_it_splits_prompts() -> None:
    """A hyphen or an apostrophe in a caption leaves two words, and a prompt may do without."""
    tokenizer = build_pipeline(PRESETS["miniature"], ["a jack-o-lantern at one o'clock"]).tokenizer
    ids = tokenizer("A jack o lantern, at one o'clock").input_ids
    assert tokenizer.unk_token_id not in ids
    assert ids == tokenizer("a jack-o-lantern at one o clock").input_ids


def test_an_unknown_preset_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no preset is called 'huge'; choose one of small"):
        preset_named("huge")
