"""The test pictures of the course, drawn by code: `python -m solutions.pictures` writes them anew."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from course.toolkit.images import PICTURES
from solutions.pictures import balloon, campanile, rickshaw, sketches, skyline
from solutions.pictures.canvas import Canvas

DRAWINGS: dict[str, tuple[Callable[[Canvas], None], int, int]] = {
    "campanile": (campanile.draw, 64, 64),
    "rickshaw": (rickshaw.draw, 64, 64),
    "skyline": (skyline.draw, 64, 64),
    "sketch_1": (sketches.draw_house, 64, 64),
    "sketch_2": (sketches.draw_cat, 64, 64),
    "web": (balloon.draw, 80, 60),
}


def picture(name: str) -> Image.Image:
    """Return one of the pictures, 512 pixels high and wide ("web": 640 x 480).

    Raises KeyError when there is none of that name.
    """
    draw, width, height = DRAWINGS[name]
    canvas = Canvas(width, height)
    draw(canvas)
    return canvas.developed()


def write(folder: Path = PICTURES) -> list[Path]:
    """Draw all pictures into a folder, which is made if need be, and return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.png" for name in DRAWINGS]
    for file in files:
        picture(file.stem).save(file, optimize=True)
    return files
