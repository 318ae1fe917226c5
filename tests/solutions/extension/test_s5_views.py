"""Views: what they move where, that noise stays noise, and which are refused."""

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from solutions.extension.s5_views import (
    View,
    flaws,
    flip,
    negate,
    permute_patches,
    require_orthogonal,
    rotate_90,
    view_anagrams,
    view_estimate,
    views,
)
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_8_anagrams import anagram_estimate, rotate_180, visual_anagrams

SHAPE = (2, 3, 8, 8)
GOOD = views(seeds.generator(29))
GAMMA = 7.0


def noise(seed: int = 29, shape: tuple[int, ...] = SHAPE) -> Tensor:
    return seeds.noise(shape, seeds.generator(seed))


def test_the_upper_right_corner_comes_to_the_upper_left() -> None:
    image = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    assert rotate_90(image).tolist() == [[[[3.0, 6.0], [2.0, 5.0], [1.0, 4.0]]]]
    assert torch.equal(rotate_90(image, 2), rotate_180(image))
    assert torch.equal(rotate_90(rotate_90(image), -1), image)


def test_patches_move_whole() -> None:
    image, order = noise(shape=(2, 3, 6, 9)), torch.randperm(9, generator=seeds.generator(1))
    moved = permute_patches(image, order)
    for k, source in enumerate(order.tolist()):
        (row, column), (from_row, from_column) = divmod(k, 3), divmod(source, 3)
        found = moved[..., 2 * row : 2 * row + 2, 3 * column : 3 * column + 3]
        there = image[..., 2 * from_row : 2 * from_row + 2, 3 * from_column : 3 * from_column + 3]
        assert torch.equal(found, there)
    assert torch.equal(permute_patches(moved, order.argsort()), image)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (torch.arange(3), "it must hold each of 0 … n² − 1 once; use torch.randperm"),
        (torch.tensor([0, 1, 1, 2]), "it must hold each of 0 … n² − 1 once"),
        (torch.tensor([], dtype=torch.long), "it must hold each of 0 … n² − 1 once"),
        (torch.arange(9), "3 patches a side, but they do not divide an image of 8 × 8; use another n"),
    ],
    ids=["no square", "twice", "none", "no divisor"],
)
def test_a_bad_order_is_refused(order: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        permute_patches(noise(), order)


@pytest.mark.parametrize("view", GOOD, ids=lambda view: view.name)
def test_good_views_pass_and_keep_noise(view: View) -> None:
    """Seen noise has the same numbers, but for their signs, in other places: it is N(0, I) as before."""
    require_orthogonal(view, SHAPE, seeds.generator(1))
    x = noise()
    assert torch.equal(view.undo(view.see(x)), x)
    assert torch.equal(view.see(x).abs().flatten().sort()[0], x.abs().flatten().sort()[0])
    assert not torch.equal(view.see(x), x)


def mean_of_neighbours(image: Tensor) -> Tensor:
    return (image + image.roll(1, -1)) / 2


BAD = {
    "is not linear": View("brighter", lambda x: x + 0.5, lambda x: x - 0.5),
    "changes the length": View("contrast", lambda x: 2 * x, lambda x: x / 2),
    "changes the length of x": View("blurred", mean_of_neighbours, mean_of_neighbours),
    "is not undone by its inverse": View("turned on", rotate_90, rotate_90),
    "is not linear: see": View("clamped", lambda x: x.clamp(-1, 1), lambda x: x),
    "is not linear: see(x + y)".replace("(", r"\(").replace("+", r"\+").replace(")", r"\)"): View(
        "broken", lambda x: x * torch.nan, lambda x: x
    ),
}


@pytest.mark.parametrize("reason", BAD)
def test_bad_views_are_refused_with_the_reason(reason: str) -> None:
    view = BAD[reason]
    words = f"the view '{view.name}' {reason}.* only an orthogonal view keeps noise N"
    with pytest.raises(ValueError, match=words):
        require_orthogonal(view, SHAPE, seeds.generator(1))


def test_the_numbers_measure() -> None:
    x, y = noise(1), noise(2)
    bent, stretched, lost = flaws(lambda x: 3 * x + 1, lambda x: x / 3, x, y).tolist()
    assert bent == pytest.approx(1, abs=1e-5)
    assert stretched == pytest.approx(((3 * x + 1).norm() / x.norm() - 1).item(), abs=1e-5)
    assert lost == pytest.approx(1 / 3, abs=1e-5)
    for view in (negate, flip):
        assert max(flaws(view, view, x, y).tolist()) < 1e-6


@pytest.fixture
def embeds(miniature) -> tuple[Tensor, Tensor, Tensor]:
    return miniature.embed("a pencil"), miniature.embed("a rocket ship"), miniature.embed("")


def test_upside_down_it_is_the_anagram_of_1_8(miniature, embeds) -> None:
    x_t, turned = noise(shape=(1, 3, 8, 8)), View("upside down", rotate_180, rotate_180)
    unet = miniature.stage_1.unet
    found = view_estimate(unet, x_t, 480, turned, *embeds, GAMMA)
    assert all(map(torch.equal, found, anagram_estimate(unet, x_t, 480, *embeds, GAMMA)))
    steps, shape = strided_timesteps()[::8], (1, 3, 8, 8)
    loop = view_anagrams(miniature.stage_1, shape, steps, turned, *embeds, GAMMA, seeds.generator(29))
    expected = visual_anagrams(miniature.stage_1, shape, steps, *embeds, GAMMA, seeds.generator(29))
    assert all(torch.equal(*pair) for pair in zip(loop, expected, strict=True))


@pytest.mark.parametrize("view", GOOD, ids=lambda view: view.name)
def test_looking_exchanges_the_prompts(miniature, embeds, view: View) -> None:
    """Of a view that is its own inverse; and of any view, looked at the way back."""
    first, second, null = embeds
    unet, x_t = miniature.stage_1.unet, noise(shape=(1, 3, 8, 8))
    back = View("back", view.undo, view.see)
    found, _ = view_estimate(unet, x_t, 480, view, first, second, null, GAMMA)
    seen, _ = view_estimate(unet, view.see(x_t), 480, back, second, first, null, GAMMA)
    torch.testing.assert_close(view.undo(seen), found, rtol=0, atol=1e-4)


def test_a_loop_refuses_a_bad_view(miniature, embeds) -> None:
    steps, shape = strided_timesteps()[::8], (1, 3, 8, 8)
    bad = BAD["is not linear"]
    with pytest.raises(ValueError, match="the view 'brighter' is not linear"):
        next(view_anagrams(miniature.stage_1, shape, steps, bad, *embeds, GAMMA, seeds.generator(29)))
