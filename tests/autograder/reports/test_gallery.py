"""A project page grows while its pictures come, whatever goes wrong on the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from autograder.reports.gallery import SHARPNESS, Shown, write_gallery
from autograder.syllabus import Syllabus
from course.toolkit import figures
from course.toolkit.studio import Exhibit

EVIL = "<script>alert(1)</script>\"'\u202e"
FACTS: dict[str, Any] = {"title": "My project", "model": "emoji_if", "seed": 29}


def film(count: int = 3) -> list[torch.Tensor]:
    return [torch.full((3, 4, 4), i / count) for i in range(count)]


def strip(name: str = "strip", caption: str = "Two of them.") -> Exhibit:
    return Exhibit(name, caption, figures.filmstrip(film(2), ["t = 0", "t = 250"], title="Noise"))


def test_figures_and_animations_are_saved_and_shown(table: Syllabus, tmp_path: Path, parse: Any) -> None:
    forward, sampling = table.section("a1.1"), table.section("a1.5")
    page = write_gallery(
        [(forward, strip()), (sampling, Exhibit("growth", "It grows.", film()))], tmp_path / "out", **FACTS
    )
    found = parse(page.read_text(encoding="utf-8"))
    assert page == tmp_path / "out" / "index.html"
    assert found.faults == []
    assert [len(found.all(tag)) for tag in ("h1", "main", "nav", "figure", "figcaption")] == [1, 1, 1, 2, 2]
    still, moving = found.all("img")
    assert still["alt"] == "A 1.1 The forward process: Noise; t = 0; t = 250"
    assert moving["alt"] == "A 1.5 Sampling from pure noise: animation of 3 images, growth"
    for picture, kind, sharpness in ((still, "PNG", SHARPNESS), (moving, "GIF", 1)):
        with Image.open(page.parent / picture["src"]) as image:
            assert image.format == kind
            assert [int(picture[side]) for side in ("width", "height")] == [
                round(n / sharpness) for n in image.size
            ]
    assert "still being made" not in found.text
    assert "emoji_if" in found.text


def test_a_failed_section_says_why_and_the_others_are_shown(
    table: Syllabus, tmp_path: Path, parse: Any
) -> None:
    shown: list[Shown] = [
        (table.section("a1.3"), "A 1.3 estimate_noise: not written yet"),
        (table.section("a1.4"), strip()),
        (table.section("a1.4"), f"it broke: {EVIL}"),
    ]
    found = parse(write_gallery(shown, tmp_path, **FACTS).read_text(encoding="utf-8"))
    assert found.faults == []
    assert "Nothing to see here yet." in found.text
    assert "A 1.3 estimate_noise: not written yet" in found.text
    assert "More to come here." in found.text
    assert len(found.all("figure")) == 1
    assert not found.all("script")


def test_an_interrupted_run_leaves_a_page(table: Syllabus, tmp_path: Path, parse: Any) -> None:
    def interrupted() -> Iterator[Shown]:
        yield table.section("a1.1"), strip()
        before = parse((tmp_path / "index.html").read_text(encoding="utf-8"))
        assert len(before.all("figure")) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_gallery(interrupted(), tmp_path, **FACTS)
    found = parse((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert len(found.all("figure")) == 1
    assert "still being made" in found.text


def test_nothing_shown_is_a_page_too(tmp_path: Path, parse: Any) -> None:
    assert "No section has been shown yet." in parse(write_gallery([], tmp_path, **FACTS).read_text()).text


def test_names_and_captions_can_do_no_harm(table: Syllabus, tmp_path: Path, parse: Any) -> None:
    shown = [(table.section("a1.1"), strip(name, EVIL)) for name in ("../../x", "x", "X", EVIL, "")]
    page = write_gallery(shown, tmp_path / "out", title=EVIL, model=EVIL, seed=29)
    found = parse(page.read_text(encoding="utf-8"))
    assert found.faults == []
    assert not found.all("script")
    assert "\u202e" not in page.read_text(encoding="utf-8")
    names = [picture["src"] for picture in found.all("img")]
    assert names[:3] == ["./a1.1-x.png", "./a1.1-x-2.png", "./a1.1-x-3.png"]
    assert len(set(names)) == 5
    assert all((page.parent / name).is_file() for name in names)
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_sections_below_the_first_ones_load_late(table: Syllabus, tmp_path: Path, parse: Any) -> None:
    shown = [(section, strip()) for section in table.sections[:5]]
    pictures = parse(write_gallery(shown, tmp_path, **FACTS).read_text(encoding="utf-8")).all("img")
    assert [picture.get("loading") for picture in pictures] == [None, None, None, "lazy", "lazy"]
