"""## A 1.2 · Classical denoising

How would one remove noise without a model? Noise changes from pixel to pixel, pictures mostly do not, so
blurring averages the noise away, and the edges with it. Try a Gaussian blur on the noisy Campanile, and
look for the kernel size and the σ that suit each noise level best. You will not be happy with any of them:
that is the point.
"""

from collections.abc import Iterator

from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from course.toolkit import figures
from course.toolkit.studio import Exhibit, Studio

from .s1_1_forward import forward

SHOWN_TIMESTEPS = (250, 500, 750)


def blur_denoise(x_t: Tensor, kernel_size: int = 5, sigma: float = 2.0) -> Tensor:
    """Return x_t blurred by a Gaussian kernel, of the same shape.

    x_t: (B, 3, H, W).  kernel_size: pixels, odd.  sigma: the kernel's standard deviation in pixels.
    """
    # BEGIN SOLUTION
    blurred: Tensor = gaussian_blur(x_t, kernel_size, sigma)
    return blurred
    # END SOLUTION


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the noisy Campanile above its blurred self."""
    x_0 = studio.image("campanile")
    eps = studio.noise(1, studio.generator())
    noisy = [forward(x_0, t, studio.model.stage_1.alpha_bar, eps) for t in SHOWN_TIMESTEPS]
    rows = [noisy, [blur_denoise(x_t) for x_t in noisy]]
    titles = [f"t = {t}" for t in SHOWN_TIMESTEPS]
    figure = figures.grid(
        rows, title="Gaussian blur as a denoiser", rows=["noisy", "blurred"], columns=titles
    )
    yield Exhibit("blur", "Blurring trades noise for detail, and at t = 750 loses both.", figure)
