"""`course gallery`: the project page, which shows what every section's `demo` makes of somebody's code."""

import warnings
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from autograder.reports.gallery import write_gallery
from autograder.syllabus import Section
from course.toolkit.pretrained_errors import PretrainedError
from course.toolkit.studio import Exhibit, Studio

Shown = tuple[Section, Exhibit | str]


def exhibits(package: str, sections: Iterable[Section], studio: Studio) -> Iterator[Shown]:
    """Yield what the demos of these sections show, and for a section that fails the reason in words.

    package: "course" for the student's own work, "solutions" for the reference.  A section without a demo
    shows nothing.  Raises PretrainedError where the studio's model cannot be loaded: no section is to blame.
    """
    for section in sections:
        try:
            module = import_module(f"{package}.{section.module}")
            for exhibit in module.demo(studio) if hasattr(module, "demo") else ():
                yield section, exhibit
        except NotImplementedError as error:
            yield section, f"Not written yet: {error}"
        except Exception as error:
            if isinstance(error, PretrainedError) and not studio.has_model:
                raise
            yield section, f"{type(error).__name__}: {error}"


def hold(package: str, sections: Iterable[Section], studio: Studio, into: Path, *, model: str) -> Path:
    """Write the project page and its pictures into a folder and return the page's path."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        shown = exhibits(package, sections, studio)
        return write_gallery(shown, into, title="Diffusion models", model=model, seed=studio.seed)
