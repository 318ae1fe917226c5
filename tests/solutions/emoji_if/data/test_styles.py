import pytest
import torch

from solutions.emoji_if.data import styles
from solutions.emoji_if.data.captions import STYLES


def pictures(count: int = 3, size: int = 32) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(29))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.caption)
@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_style_keeps_shape_and_range_and_its_input(style, size: int) -> None:
    x = pictures(size=size)
    before = x.clone()
    made = style.process(x, torch.Generator().manual_seed(1))
    assert made.shape == x.shape
    assert 0 <= made.min() <= made.max() <= 1
    assert torch.equal(x, before)


def test_a_flat_picture_has_no_edges() -> None:
    assert styles.edges(torch.full((1, 1, 8, 8), 0.3)).max() == 0


def test_a_step_has_an_edge_of_half_its_height_on_both_sides() -> None:
    tone = torch.zeros(1, 1, 4, 8)
    tone[..., 4:] = 1
    expected = torch.tensor([0, 0, 0, 0.5, 0.5, 0, 0, 0])
    assert torch.equal(styles.edges(tone)[0, 0, 1], expected)


@pytest.mark.parametrize("style", [styles.lithograph, styles.pencil_sketch])
def test_prints_and_sketches_forget_colour(style) -> None:
    x = pictures()
    grey = styles.grey(x).expand_as(x)
    made, of_grey = (style(picture, torch.Generator().manual_seed(1)) for picture in (x, grey))
    torch.testing.assert_close(made, of_grey)


def test_oil_paint_calms_a_picture_and_keeps_a_step_sharp() -> None:
    x = torch.zeros(1, 3, 32, 32)
    x[..., 16:] = 1
    painted = styles.oil_painting(x + 0.05 * (pictures(1) - 0.5), torch.Generator().manual_seed(1))
    assert (painted[..., 17] - painted[..., 14]).min() > 0.5
    rough = pictures(1)
    assert styles.oil_painting(rough, torch.Generator().manual_seed(1)).std() < rough.std()


def test_oil_paint_holds_no_noise_that_guidance_could_exaggerate() -> None:
    """On an even grey there is the weave alone, one and the same however chance falls."""
    grey = torch.full((2, 3, 32, 32), 0.5)
    made, again = (styles.oil_painting(grey, torch.Generator().manual_seed(seed)) for seed in (1, 2))
    assert torch.equal(made, again)
    ratio = made / made.mean((2, 3), keepdim=True)
    assert ratio.min() == pytest.approx(0.98, abs=1e-4)
    assert ratio.max() == pytest.approx(1.02, abs=1e-4)
    torch.testing.assert_close(made[..., 4:, 4:], made[..., :-4, :-4])


def test_a_photo_is_dark_in_the_corners_alone() -> None:
    made = styles.photo(torch.ones(4, 3, 33, 33), torch.Generator().manual_seed(1))
    assert torch.equal(made[..., 16, 16], torch.ones(4, 3))
    assert (made[..., 0, 0] < 1).all()


def test_pixel_art_has_squares_of_four_pixels_and_six_shades() -> None:
    made = styles.pixel_art(pictures(size=16), torch.Generator())
    squares = made.unflatten(3, (4, 4)).unflatten(2, (4, 4))
    assert torch.equal(squares, squares[:, :, :, :1, :, :1].expand_as(squares))
    assert made.unique().numel() <= 6
