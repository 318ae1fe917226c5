"""Every section's demo, on the miniature: exhibits that can be hung, and loops as long as announced."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
import torch
from matplotlib.figure import Figure
from torch import Tensor

from autograder import syllabus
from course.toolkit import figures
from course.toolkit.studio import Exhibit, Studio

if TYPE_CHECKING:
    from course.toolkit.pretrained import Pretrained

SECTIONS = [section.module for section in syllabus.load().sections if section.part == "a"]
EXHIBITS = {
    "s0_generation": ["steps"],
    "s1_1_forward": ["forward"],
    "s1_2_blur": ["blur"],
    "s1_3_one_step": ["one_step"],
    "s1_4_iterative": ["steps", "rivals"],
    "s1_5_sampling": ["samples"],
    "s1_6_guidance": ["samples"],
    "s1_7_sdedit": ["sdedit"],
    "s1_7_1_own_images": ["drawings"],
    "s1_7_2_inpainting": ["inpainting"],
    "s1_7_3_text_editing": ["edits"],
    "s1_8_anagrams": ["anagram_1", "anagram_2", "anagram_3"],
    "s1_9_hybrids": ["hybrid_1", "hybrid_2", "hybrid_3"],
}

pytestmark = pytest.mark.filterwarnings("ignore::course.toolkit.vocabulary.UnknownWordWarning")


class Watch:
    """Remembers how long each loop said it would be and how long it was."""

    def __init__(self) -> None:
        self.loops: list[tuple[str, int, int]] = []

    def __call__(self, loop: Iterable[Tensor], total: int, label: str) -> Iterator[Tensor]:
        count = 0
        for image in loop:
            assert torch.is_inference_mode_enabled(), f"{label} remembers for a backward pass"
            count += 1
            yield image
        self.loops.append((label, total, count))


@pytest.fixture(scope="session")
def shown(miniature: "Pretrained"):
    """Return a function that runs a section's demo, once: its exhibits, its loops."""
    kept: dict[str, tuple[list[Exhibit], Watch]] = {}

    def show(module: str) -> tuple[list[Exhibit], Watch]:
        if module not in kept:
            watch = Watch()
            demo = import_module(f"solutions.{module}").demo
            kept[module] = list(demo(Studio(miniature, watch=watch))), watch
        return kept[module]

    return show


def test_all_sections_are_here() -> None:
    assert {module.rpartition(".")[2] for module in SECTIONS} == set(EXHIBITS)


@pytest.mark.parametrize("module", SECTIONS)
def test_exhibits(shown, module: str) -> None:
    exhibits, _ = shown(module)
    assert [exhibit.name for exhibit in exhibits] == EXHIBITS[module.rpartition(".")[2]]
    for exhibit in exhibits:
        assert len(exhibit.caption.strip()) > 10
        assert isinstance(exhibit.content, Figure)


@pytest.mark.parametrize("module", SECTIONS)
def test_loops_are_as_long_as_announced(shown, module: str) -> None:
    """Else the progress bar jumps, or never reaches its end."""
    _, watch = shown(module)
    assert all(label and total == count > 0 for label, total, count in watch.loops)
    if module.endswith(("iterative", "sampling", "guidance", "sdedit", "inpainting", "anagrams", "hybrids")):
        assert watch.loops


def test_the_same_seed_shows_the_same(miniature: "Pretrained", shown, tmp_path) -> None:
    module = "part_a.s1_5_sampling"
    again = list(import_module(f"solutions.{module}").demo(Studio(miniature)))
    other = list(import_module(f"solutions.{module}").demo(Studio(miniature, seed=30)))
    pages = []
    for i, exhibit in enumerate([shown(module)[0][0], again[0], other[0]]):
        figures.save(exhibit.content, tmp_path / f"{i}.png")
        pages.append((tmp_path / f"{i}.png").read_bytes())
    assert pages[0] == pages[1]
    assert pages[1] != pages[2]
