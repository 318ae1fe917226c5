"""Whose implementation a command works with."""

from importlib.util import find_spec
from typing import Annotated

import typer

PACKAGES = ("course", "solutions")
Using = Annotated[str, typer.Option(help="Whose implementation: course (yours) or solutions.")]


def package_named(using: str) -> str:
    """Return the package of that name; raises ValueError when nobody has it, or this edition does not."""
    if using not in PACKAGES:
        raise ValueError(f"--using {using}: nobody is called that; write {' or '.join(PACKAGES)}")
    if find_spec(using) is None:
        raise ValueError(f"--using {using}: it is not part of this edition; leave it out to use your own")
    return using
