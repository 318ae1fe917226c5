"""The demos of Part B and the extension's trainings, on tiny networks: exhibits, or a remedy."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from matplotlib.figure import Figure

from autograder import syllabus
from course.toolkit import figures
from course.toolkit.checkpoints import CheckpointError, save_weights
from course.toolkit.studio import Exhibit, Studio

RECIPES = {
    "denoiser": "part_b.s1_2_denoiser",
    "time": "part_b.s2_2_time_training",
    "class": "part_b.s2_5_class_training",
    "flow_time": "extension.s1_flow_time",
    "flow_class": "extension.s2_flow_class",
    "pure_noise": "extension.s3_pure_noise",
}
EXHIBITS = {
    "part_b.s1_2_denoiser": ["noise", "loss", "denoised"],
    "part_b.s1_2_2_out_of_distribution": ["out-of-distribution"],
    "part_b.s2_2_time_training": ["loss"],
    "part_b.s2_3_time_sampling": ["samples", "animation"],
    "part_b.s2_5_class_training": ["loss"],
    "part_b.s2_6_class_sampling": ["samples-epoch-1", "samples-epoch-3", "animation"],
}
WITHOUT_DEMO = {"part_b.s1_1_unet", "part_b.s2_1_time", "part_b.s2_4_class"}
TRAINED = [*EXHIBITS, "extension.s1_flow_time", "extension.s2_flow_class", "extension.s3_pure_noise"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what all six trainings leave: weights after epochs 1 and 3, and a record."""
    folder = tmp_path_factory.mktemp("runs")
    for name, module in RECIPES.items():
        recipe = import_module(f"solutions.{module}").recipe(num_hiddens=2, epochs=3)
        for epoch in (1, 3):
            save_weights(recipe.network(), folder / f"{name}-{epoch}.safetensors")
        record = {"losses": [1.0, 0.5, 0.4], "epochs_done": 3, "settings": {"num_hiddens": 2}}
        (folder / f"{name}.json").write_text(json.dumps(record))
    return folder


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs a section's demo with five timesteps, on the CPU and without a model."""
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    monkeypatch.delenv("COURSE_DATA", raising=False)

    def run(name: str, **options: Any) -> list[Exhibit]:
        module = import_module(f"solutions.{name}")
        if hasattr(module, "NUM_TS"):
            monkeypatch.setattr(module, "NUM_TS", 5)
        return list(module.demo(Studio(no_model, **options)))

    return run


def no_model():
    raise AssertionError("a demo of digits asked for the pretrained model")


def test_every_section_of_part_b_is_here() -> None:
    sections = {section.module for section in syllabus.load().sections if section.part == "b"}
    assert sections == EXHIBITS.keys() | WITHOUT_DEMO
    assert not any(hasattr(import_module(f"solutions.{name}"), "demo") for name in WITHOUT_DEMO)


@pytest.mark.parametrize("name", TRAINED)
def test_exhibits(demo, runs: Path, tmp_path: Path, name: str) -> None:
    exhibits = demo(name, runs=runs)
    if name in EXHIBITS:
        assert [exhibit.name for exhibit in exhibits] == EXHIBITS[name]
    for exhibit in exhibits:
        assert len(exhibit.caption.strip()) > 10
        if not isinstance(exhibit.content, Figure):
            figures.save_gif(exhibit.content, tmp_path / "animation.gif")


@pytest.mark.parametrize("name", TRAINED)
def test_without_a_training_the_demo_says_how_to_get_one(
    demo, monkeypatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr("course.toolkit.studio.BUNDLED", tmp_path / "bundled")
    with pytest.raises(CheckpointError, match=r"no trained network in .*; train it: course train [a-z_]+$"):
        demo(name, runs=tmp_path)


def test_samples_come_from_the_weights_and_the_seed(demo, runs: Path) -> None:
    module = "part_b.s2_3_time_sampling"
    frames = [demo(module, runs=runs, seed=seed)[1].content for seed in (29, 29, 30)]
    assert all(torch.equal(one, other) for one, other in zip(frames[0], frames[1], strict=True))
    assert not torch.equal(frames[0][-1], frames[2][-1])
