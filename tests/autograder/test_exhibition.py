"""The project page: what cannot be shown is said in words, and the rest is shown."""

from importlib import import_module
from pathlib import Path

import pytest

from autograder import exhibition, syllabus
from course.toolkit.studio import Exhibit, Studio

FORWARD, BLUR = (syllabus.load().section(name) for name in ("1.1", "1.2"))

pytestmark = pytest.mark.filterwarnings("ignore::course.toolkit.vocabulary.UnknownWordWarning")


def test_a_section_that_is_not_written_gets_a_friendly_note(miniature) -> None:
    ((section, said),) = exhibition.exhibits("course", [FORWARD], Studio(miniature))
    assert section == FORWARD
    assert said == "Not written yet: A 1.1 forward: yours to write; hints: course hint a1.1.forward"


def test_what_is_written_is_shown(miniature) -> None:
    shown = list(exhibition.exhibits("solutions", [FORWARD, BLUR], Studio(miniature)))
    assert [(section.key, exhibit.name) for section, exhibit in shown] == [
        ("a1.1", "forward"),
        ("a1.2", "blur"),
    ]
    assert all(isinstance(exhibit, Exhibit) for _, exhibit in shown)


def test_what_a_demo_showed_before_it_broke_stays(miniature, monkeypatch: pytest.MonkeyPatch) -> None:
    def demo(studio: Studio):
        yield Exhibit("half", "Half of it.", [])
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(import_module("solutions.part_a.s1_1_forward"), "demo", demo)
    first, broken, next_one = exhibition.exhibits("solutions", [FORWARD, BLUR], Studio(miniature))
    assert first[1].name == "half"
    assert broken == (FORWARD, "ZeroDivisionError: oh")
    assert next_one[0] == BLUR


def test_the_page_shows_the_note_and_the_figure(miniature, tmp_path: Path) -> None:
    sections = syllabus.load().sections[:2]
    unwritten = exhibition.hold(
        "course", sections, Studio(miniature), tmp_path / "course", model="a miniature"
    )
    assert unwritten.read_text().count("Not written yet") == 2
    written = exhibition.hold(
        "solutions", [FORWARD], Studio(miniature), tmp_path / "mine", model="a miniature"
    )
    assert written == tmp_path / "mine" / "index.html"
    assert "The forward process: one image, one noise, five timesteps." in written.read_text()
    assert "Not written yet" not in written.read_text()
    assert list((tmp_path / "mine").rglob("*forward*"))
