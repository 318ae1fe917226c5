"""The project page: what the sections' demos show, written section by section while the pictures come."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from autograder.syllabus import Section

from .about import about
from .rendering import render
from .text import line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course.toolkit.studio import Exhibit

Shown: TypeAlias = "tuple[Section, Exhibit | str]"
"""A section and one thing that its demo shows, or the reason why it could not."""

FRAMES_PER_SECOND = 10.0
LONGEST_ALT = 500
SHARPNESS = 1.4
"""Pixels of a figure for each pixel of the page, so that it is crisp on fine screens."""


@dataclass(frozen=True)
class Plate:
    """One picture on the page, saved beside it."""

    file: str
    caption: str
    alt: str
    width: int
    height: int
    """Both in pixels of the page."""


@dataclass
class Wall:
    """One section of the page, filled while its demo runs."""

    section: Section
    sentence: str
    plates: list[Plate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Why something is not shown."""


def write_gallery(shown: Iterable[Shown], into: Path, *, title: str, model: str, seed: int) -> Path:
    """Save every exhibit as a picture in `into`, write `index.html` around them, and return its path.

    The page is written anew after everything that is shown, so that an interrupted run leaves a page.
    Exhibits come as PNG (figures) or GIF (frames).  Raises OSError when the disk refuses.
    """
    into.mkdir(parents=True, exist_ok=True)
    page = into / "index.html"
    walls: dict[str, Wall] = {}
    facts = {"title": title, "model": model, "seed": seed}
    render("gallery.html", page, walls=[], complete=False, **facts)
    for section, thing in shown:
        wall = walls.setdefault(section.key, Wall(section, about(section)))
        _hang(thing, wall, into)
        render("gallery.html", page, walls=list(walls.values()), complete=False, **facts)
    render("gallery.html", page, walls=list(walls.values()), complete=True, **facts)
    return page


def _hang(thing: "Exhibit | str", wall: Wall, into: Path) -> None:
    if isinstance(thing, str):
        wall.notes.append(thing)
    else:
        wall.plates.append(_plate(thing, wall, into))


def _plate(exhibit: "Exhibit", wall: Wall, into: Path) -> Plate:
    from PIL import Image

    path, said, sharpness = _saved(exhibit, into / _stem(wall, exhibit.name))
    with Image.open(path) as picture:
        width, height = (round(side / sharpness) for side in picture.size)
    alt = line(f"{wall.section.label} {wall.section.title}: {said}", LONGEST_ALT)
    return Plate(path.name, exhibit.caption, alt, width, height)


def _saved(exhibit: "Exhibit", stem: Path) -> tuple[Path, str, float]:
    """Return where the exhibit is saved, what to say of it, and its pixels for each pixel of the page."""
    from matplotlib.figure import Figure

    from course.toolkit import figures

    if isinstance(exhibit.content, Figure):
        path = stem.with_name(f"{stem.name}.png")
        figures.save(exhibit.content, path)
        return path, _inscriptions(exhibit.content) or exhibit.name, SHARPNESS
    path = stem.with_name(f"{stem.name}.gif")
    figures.save_gif(exhibit.content, path, FRAMES_PER_SECOND)
    return path, f"animation of {len(exhibit.content)} images, {exhibit.name}", 1.0


def _stem(wall: Wall, name: str) -> str:
    """Return a file name without ending that no other exhibit has: the section's key, then a plain name."""
    plain = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:80] or "exhibit"
    names = chain([plain], (f"{plain}-{number}" for number in count(2)))
    taken = {Path(plate.file).stem for plate in wall.plates}
    return next(stem for stem in (f"{wall.section.key}-{each}" for each in names) if stem not in taken)


def _inscriptions(figure: "Figure") -> str:
    """Return what is written in a figure: its title, then the headings and labels of its panels."""
    panels = [(axes.get_title(loc=side), axes) for axes in figure.axes for side in ("left", "center")]
    written = [figure.get_suptitle(), *(text.get_text() for text in figure.texts)]
    written += [text for text, _ in panels] + [axes.get_ylabel() for axes in figure.axes]
    return "; ".join(dict.fromkeys(" ".join(text.split()) for text in written if text.strip()))
