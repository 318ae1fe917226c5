"""## X 5 · More anagrams

The pictures of A 1.8 change when they are turned upside down. Other views make other riddles: a quarter
turn, the negative, a jigsaw whose pieces change places. Any *view* will do that can be undone and that maps
noise to noise:

    ε = (ε_1 + view⁻¹(ε_2)) / 2,        ε_2 = CFG(view(x_t), t, p_2)

Which views are those? The model knows images √ᾱ_t x_0 + √(1 − ᾱ_t) ε. A *linear* view keeps that sum a sum.
If moreover its matrix A is *orthogonal*, then A ε has the covariance A I Aᵀ = I: it is N(0, I) as before,
and nobody can tell it from fresh noise. Rotations, mirrors and jigsaws only move pixels about, and the
negative flips their signs; all these are orthogonal. Brightening is not linear, more contrast makes the
noise too loud, and the model has never seen such images. Orthogonal matrices are those that change no
length, so three numbers tell good views from bad ones.

*Geng, Park and Owens: Visual Anagrams (2024).*
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import isqrt

import torch
from torch import Tensor

from course.toolkit import figures, seeds
from course.toolkit.stage import Stage, UNet
from course.toolkit.studio import Exhibit, Studio

from ..part_a.s1_4_iterative import strided_timesteps
from ..part_a.s1_6_guidance import estimate_noise_cfg, step
from ..part_a.s1_8_anagrams import rotate_180

TOLERANCE = 1e-3
PATCHES = 4
PAIR = "an oil painting of a snowy mountain village", "an oil painting of people around a campfire"


@dataclass(frozen=True)
class View:
    """A way to look at images (B, C, H, W), and the way back: undo(see(image)) is the image."""

    name: str
    see: Callable[[Tensor], Tensor]
    undo: Callable[[Tensor], Tensor]


def flip(image: Tensor) -> Tensor:
    """Return the images with their rows in reverse order, as in water.  It is its own inverse.  Given."""
    return image.flip(-2)


def rotate_90(image: Tensor, turns: int = 1) -> Tensor:
    """Return the images turned counterclockwise by `turns` quarter turns: (B, C, W, H) for odd ones.

    image: (B, C, H, W).  turns: any whole number; the inverse of turns is -turns.
    """
    # BEGIN SOLUTION
    return image.rot90(turns, (-2, -1))
    # END SOLUTION


def negate(image: Tensor) -> Tensor:
    """Return the negatives of images in [-1, 1]: black becomes white, grey stays.  It is its own inverse."""
    # BEGIN SOLUTION
    return -image
    # END SOLUTION


def permute_patches(image: Tensor, order: Tensor) -> Tensor:
    """Return the images as jigsaws: place k gets the patch that was at place order[k].

    image: (B, C, H, W).  order: (n²,) int64, a permutation of 0 … n² − 1 for n patches a side, counted row by
    row.  The inverse of order is order.argsort().
    Raises ValueError when order is no permutation of n² places, or n divides H or W with a remainder.
    """
    n = side(image, order)
    # BEGIN SOLUTION
    batch, channels, height, width = image.shape
    patches = image.reshape(batch, channels, n, height // n, n, width // n).permute(2, 4, 0, 1, 3, 5)
    moved = patches.flatten(0, 1)[order].reshape(patches.shape)
    return moved.permute(2, 3, 0, 4, 1, 5).reshape(image.shape)
    # END SOLUTION


def side(image: Tensor, order: Tensor) -> int:
    """Return n, how many patches there are along a side; errors as in `permute_patches`.  Given."""
    n, (height, width) = isqrt(len(order)), image.shape[-2:]
    if not len(order) or order.sort().values.tolist() != list(range(n * n)):
        raise ValueError(
            f"order = {order.tolist()}, but it must hold each of 0 … n² − 1 once; use torch.randperm(n * n)"
        )
    if height % n or width % n:
        raise ValueError(
            f"{n} patches a side, but they do not divide an image of {height} × {width}; use another n"
        )
    return n


def flaws(see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor) -> Tensor:
    """Return how far a view is from orthogonal, (3,); each number is 0 (but for rounding) where it is.

    The largest entry of |see(x + y) − see(x) − see(y)|: not linear.
    |‖see(x)‖ − ‖x‖| / ‖x‖, with the lengths of all of x as one vector: changes lengths.
    The largest entry of |undo(see(x)) − x|: its inverse does not undo it.
    x, y: (B, C, H, W), two independent noises.
    """
    # BEGIN SOLUTION
    seen = see(x)
    bent = (see(x + y) - seen - see(y)).abs().max()
    stretched = (seen.norm() - x.norm()).abs() / x.norm()
    lost = (undo(seen) - x).abs().max()
    return torch.stack([bent, stretched, lost])
    # END SOLUTION


def require_orthogonal(view: View, shape: tuple[int, int, int, int], generator: torch.Generator) -> None:
    """Raise ValueError, with the reason, unless the view keeps noise of that shape N(0, I).  Given."""
    x, y = seeds.noise(shape, generator), seeds.noise(shape, generator)
    bent, stretched, lost = flaws(view.see, view.undo, x, y).tolist()
    refusals = [
        (bent, "is not linear: see(x + y) misses see(x) + see(y)", "add no constant, and clamp nothing"),
        (stretched, "changes the length of x, relatively", "divide by the factor"),
        (lost, "is not undone by its inverse: undo(see(x)) misses x", "mend undo"),
    ]
    for amount, what, remedy in refusals:
        if not amount <= TOLERANCE:
            rule = "only an orthogonal view keeps noise N(0, I)"
            raise ValueError(f"the view {view.name!r} {what} by {amount:.3g}, but {rule}; {remedy}")


def view_estimate(
    unet: UNet,
    x_t: Tensor,
    t: int,
    view: View,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """Return `anagram_estimate` of A 1.8 with any view in the place of its rotation.  Given."""
    eps_1, variance = estimate_noise_cfg(unet, x_t, t, prompt_embeds_1, uncond_embeds, gamma)
    eps_2, _ = estimate_noise_cfg(unet, view.see(x_t), t, prompt_embeds_2, uncond_embeds, gamma)
    return (eps_1 + view.undo(eps_2)) / 2, variance


def view_anagrams(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    view: View,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Yield the image after every step, as `visual_anagrams` of A 1.8 with any view.  Given.

    Raises ValueError when the view is not orthogonal.
    """
    require_orthogonal(view, shape, seeds.generator(0))
    x_t = seeds.noise(shape, generator, dtype=uncond_embeds.dtype, device=uncond_embeds.device)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = view_estimate(
            stage_1.unet, x_t, t, view, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        yield x_t


def views(generator: torch.Generator) -> list[View]:
    """Return the views of the demo; generator: shuffles the jigsaw.  Given."""
    order = torch.randperm(PATCHES**2, generator=generator)
    shuffle, restore = (partial(permute_patches, order=places) for places in (order, order.argsort()))
    return [
        View("upside down", rotate_180, rotate_180),
        View("a quarter turn", rotate_90, partial(rotate_90, turns=-1)),
        View("mirrored in water", flip, flip),
        View("the negative", negate, negate),
        View("a jigsaw", shuffle, restore),
    ]


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show one pair of prompts through every view."""
    timesteps = strided_timesteps()
    first, second, null = (studio.embed(prompt) for prompt in (*PAIR, ""))
    for i, view in enumerate(views(studio.generator()), start=1):
        loop = view_anagrams(
            studio.model.stage_1,
            studio.shape(1),
            timesteps,
            view,
            first,
            second,
            null,
            studio.gamma,
            studio.generator(),
        )
        image = studio.last(loop, len(timesteps) - 1, f"anagram, {view.name}")
        figure = figures.filmstrip([image, view.see(image)], list(PAIR), title=f"One picture: {view.name}")
        yield Exhibit(f"view_{i}", f"The second time: {view.name}.", figure)
