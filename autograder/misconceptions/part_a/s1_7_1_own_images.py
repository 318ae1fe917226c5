"""Wrong answers to A 1.7.1, drawn and web images."""

import torch
from torch import Tensor

from autograder.misconceptions import instead_of


@instead_of("square_crop")
def top_left(picture: Tensor) -> Tensor:
    """Your square lies in the top left corner. Cut the same amount away on both sides, so that the
    middle is left.
    """
    side = min(picture.shape[:2])
    return picture[:side, :side]


@instead_of("square_crop")
def bottom_right(picture: Tensor) -> Tensor:
    """Your square lies in the bottom right corner: everything was cut away on one side. Cut away half
    of it there, and half on the other side.
    """
    side = min(picture.shape[:2])
    return picture[-side:, -side:]


@instead_of("square_crop")
def axes_swapped(picture: Tensor) -> Tensor:
    """Rows and columns are mixed up. A picture is (H, W, 3): the first dimension counts the rows, the
    second the columns.
    """
    height, width, _ = picture.shape
    side = min(height, width)
    top, left = (width - side) // 2, (height - side) // 2
    return picture[top : top + side, left : left + side]


@instead_of("square_crop")
def only_landscapes(picture: Tensor) -> Tensor:
    """Pictures wider than high come out right, those higher than wide are still uncut. Crop the rows
    as well as the columns.
    """
    height, width, _ = picture.shape
    left = max(width - height, 0) // 2
    return picture[:, left : left + min(height, width)]


@instead_of("square_crop")
def squeezed(picture: Tensor) -> Tensor:
    """You squeezed the whole picture into a square, which makes everything in it thin or flat. Cut the
    longer side instead, and leave the pixels alone.
    """
    height, width, _ = picture.shape
    side = min(height, width)
    rows, columns = torch.arange(side) * height // side, torch.arange(side) * width // side
    return picture[rows][:, columns]


@instead_of("square_crop")
def padded(picture: Tensor) -> Tensor:
    """You filled the picture up to a square of the longer side. Cut one of the shorter side out of it
    instead.
    """
    height, width, _ = picture.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    square = torch.zeros(side, side, 3, dtype=picture.dtype)
    square[top : top + height, left : left + width] = picture
    return square
