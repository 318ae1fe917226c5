"""## A 1.7.1 · Drawn and web images

SDEdit is at its best when the original is *not* a realistic picture: a scrawl becomes what it stands for.
Draw something, or save a picture from the web, and send it through A 1.7. The model wants squares, and few
pictures are: cut the largest centred square out of yours first.

(To use your own files: `course gallery --picture web=PATH --picture sketch_1=PATH --picture sketch_2=PATH`.)
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from course.toolkit import figures, images
from course.toolkit.studio import Exhibit, Studio

from .s1_7_sdedit import STARTS, ladder

PROMPT = "a high quality photo"
PICTURES = ("web", "sketch_1", "sketch_2")


def square_crop(picture: Tensor) -> Tensor:
    """Return the largest centred square of a picture, (S, S, 3) with S = min(H, W).

    picture: (H, W, 3) uint8.  Where the difference of H and W is odd, the centre may be rounded either way.
    Raises ValueError when the picture is not (H, W, 3) or has no pixels.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.numel() == 0:
        raise ValueError(f"the picture has the shape {tuple(picture.shape)}; it must be (H, W, 3), not empty")
    raise NotImplementedError("A 1.7.1 square_crop: yours to write; hints: course hint a1.7.1.square_crop")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show one web picture and two sketches, each edited from six noise levels."""
    squares = [square_crop(studio.picture(name)) for name in PICTURES]
    x_0 = torch.cat([images.square(square, studio.model.image_size) for square in squares])
    rows = ladder(studio, x_0.to(device=studio.model.device, dtype=studio.model.dtype), PROMPT)
    titles = [*(f"i_start = {i}" for i in STARTS), "original"]
    names = ["from the web", "first sketch", "second sketch"]
    figure = figures.grid(rows, title=f"SDEdit on drawings, “{PROMPT}”", rows=names, columns=titles)
    yield Exhibit("drawings", "A scrawl is enough: the model knows what things look like.", figure)
