"""The square in the middle, against torchvision's and by counting."""

import pytest
import torch
from torchvision.transforms.functional import center_crop

from course.toolkit import images
from solutions.part_a.s1_7_1_own_images import square_crop


def picture(height: int, width: int) -> torch.Tensor:
    """Return a picture whose pixels say where they are."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([rows, columns, torch.zeros_like(rows)], dim=-1).to(torch.uint8)


@pytest.mark.parametrize(("height", "width"), [(6, 10), (10, 6), (7, 7), (1, 5), (200, 100), (9, 5)])
def test_agrees_with_torchvision(height: int, width: int) -> None:
    whole, side = picture(height, width), min(height, width)
    theirs = center_crop(whole.permute(2, 0, 1), [side, side]).permute(1, 2, 0)
    found = square_crop(whole)
    assert found.dtype == torch.uint8
    assert torch.equal(found, theirs)


@pytest.mark.parametrize(("height", "width"), [(4, 7), (7, 4), (5, 8)])
def test_an_odd_rest_is_split_as_evenly_as_it_goes(height: int, width: int) -> None:
    found, side = square_crop(picture(height, width)), min(height, width)
    assert found.shape == (side, side, 3)
    before = int(found[0, 0].max())
    assert abs(before - (max(height, width) - side - before)) == 1


def test_is_the_square_that_the_toolkit_takes() -> None:
    whole = torch.randint(0, 256, (30, 47, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(29))
    assert torch.equal(images.square(square_crop(whole), 16), images.square(whole, 16))


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 4), (3, 8, 8), (0, 8, 3), (1, 8, 8, 3)])
def test_what_is_no_picture(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^the picture has the shape \(.*\); it must be \(H, W, 3\), not"):
        square_crop(torch.zeros(shape, dtype=torch.uint8))
