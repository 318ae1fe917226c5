import math

import pytest
import torch

from solutions.emoji_if.data.augment import Augment, background, hue_rotation


def drawings(count: int = 6) -> torch.Tensor:
    rgba = torch.zeros(count, 4, 24, 24, dtype=torch.uint8)
    rgba[:, 0, 6:18, 6:18] = 255
    rgba[:, 3, 6:18, 6:18] = 255
    return rgba


@pytest.mark.parametrize("size", [16, 24])
def test_pictures_have_the_size_asked_for_and_stay_in_range(size: int) -> None:
    made = Augment()(drawings(), size, torch.Generator().manual_seed(29))
    assert made.shape == (6, 3, size, size)
    assert 0 <= made.min() <= made.max() <= 1


def test_a_seed_repeats_and_the_pictures_of_a_batch_differ() -> None:
    first, again = (Augment()(drawings(), 16, torch.Generator().manual_seed(29)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])


def test_without_movement_a_drawing_stays_where_it_is() -> None:
    still = Augment(scale=(1.0, 1.0), shift=0.0, turn=0.0, hue=0.0)
    made = still(drawings(40), 24, torch.Generator().manual_seed(29))
    assert (made[:, 1:, 8:16, 8:16] < 0.2).all()
    assert (made[:, 0, 8:16, 8:16] > 0.6).all()


def test_a_scene_without_clear_pixels_shows_no_background() -> None:
    scene = torch.full((40, 4, 24, 24), 255, dtype=torch.uint8)
    scene[:, :3] = 0
    assert Augment()(scene, 16, torch.Generator().manual_seed(29)).max() < 1e-6


def test_without_variety_a_drawing_is_neither_moved_nor_turned_and_stands_on_white() -> None:
    still = Augment.with_variety(0)
    assert (still.scale, still.shift, still.turn, still.hue, still.mirrored) == ((1.0, 1.0), 0, 0, 0, 0)
    made = still(drawings(40), 24, torch.Generator().manual_seed(29))
    assert made[:, :, :4].min() == 1


def test_all_the_variety_is_the_default() -> None:
    made, default = Augment.with_variety(1), Augment()
    assert made.scale == pytest.approx(default.scale)
    kept = ("shift", "turn", "hue", "mirrored", "white")
    assert [getattr(made, name) for name in kept] == pytest.approx([getattr(default, name) for name in kept])


@pytest.mark.parametrize("variety", [-0.1, 1.1])
def test_variety_out_of_range_is_refused(variety: float) -> None:
    with pytest.raises(ValueError, match=f"variety = {variety}, but must be from 0 to 1"):
        Augment.with_variety(variety)


@pytest.mark.parametrize("whites", [0.0, 1.0])
def test_the_share_of_white_backgrounds_is_kept(whites: float) -> None:
    made = background(torch.zeros(200, 3, 4, 4), torch.Generator().manual_seed(29), whites)
    assert made.eq(1).flatten(1).all(1).float().mean() == whites


def test_hue_rotation_by_a_third_of_a_turn_permutes_the_primaries() -> None:
    turn = hue_rotation(torch.tensor([2 * math.pi / 3]))[0]
    assert sorted(turn.round(decimals=4).abs().flatten().tolist()) == [0.0] * 6 + [1.0] * 3
    torch.testing.assert_close(turn.det(), torch.tensor(1.0))


def test_hue_rotation_leaves_grey_alone() -> None:
    turns = hue_rotation(torch.linspace(-3, 3, 7))
    torch.testing.assert_close(turns @ torch.ones(3), torch.ones(7, 3))


def test_about_three_backgrounds_in_ten_are_white() -> None:
    made = background(torch.zeros(2000, 3, 4, 4), torch.Generator().manual_seed(29))
    white = (made == 1).all(-1).all(-1).all(-1).float().mean()
    assert 0.26 < white < 0.34
    assert 0 <= made.min() <= made.max() <= 1
