"""## A 1.1 · The forward process

A diffusion model learns to undo noise, so first somebody has to add it. The *forward process* takes a clean
image x_0 and returns x_t, a version of it with as much noise as timestep t wants:

    x_t = √ᾱ_t · x_0 + √(1 − ᾱ_t) · ε,    ε ~ N(0, I)                                        (A.2)

At t = 0 the image is clean, at t = T − 1 = 999 hardly anything but noise is left. How fast it goes is the
*noise schedule* ᾱ, `alpha_bar` in the code: a list of T numbers that fall from nearly 1 to nearly 0. Note
that adding noise also shrinks the image: the squares of the two weights add up to 1, so an image of unit
variance keeps it.

*Ho, Jain and Abbeel: Denoising Diffusion Probabilistic Models (2020), equation 4.*
"""

from collections.abc import Iterator

from torch import Tensor

from course.toolkit import figures, guards
from course.toolkit.studio import Exhibit, Studio

SHOWN_TIMESTEPS = (0, 250, 500, 750, 999)


def forward(x_0: Tensor, t: int, alpha_bar: Tensor, eps: Tensor) -> Tensor:
    """Return x_t, the image x_0 noised to timestep t (Ho et al. 2020, eq. 4).

    x_0, eps: (B, C, H, W), x_0 in [-1, 1], eps ~ N(0, I).  t: in [0, T).  alpha_bar: (T,).
    Raises ValueError when x_0 and eps differ in shape, or t is no timestep of the schedule.
    """
    guards.same_shape(x_0, eps, "x_0 and eps")
    guards.timestep(t, alpha_bar)
    raise NotImplementedError("A 1.1 forward: yours to write; hints: course hint a1.1.forward")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the Campanile at five noise levels."""
    x_0 = studio.image("campanile")
    eps = studio.noise(1, studio.generator())
    noisy = [forward(x_0, t, studio.model.stage_1.alpha_bar, eps) for t in SHOWN_TIMESTEPS]
    titles = [f"t = {t}" for t in SHOWN_TIMESTEPS]
    figure = figures.filmstrip(noisy, titles, title="The Campanile, noisier and noisier")
    yield Exhibit("forward", "The forward process: one image, one noise, five timesteps.", figure)
