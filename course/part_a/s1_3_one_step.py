"""## A 1.3 · One-step denoising

Now ask the model. Its UNet has seen millions of noisy images and was trained to say which noise is in them.
It takes a noisy image, the timestep and the embeddings of a prompt, and returns six channels: three of
estimated noise, and three that describe the variance of the next step (we need those in A 1.4).

Whoever knows the noise can take it away. Solve equation (A.2) for the image:

    x̂_0 = (x_t − √(1 − ᾱ_t) · ε̂) / √ᾱ_t

The UNet wants a prompt even when one has nothing to say. "a high quality photo" serves as a neutral one.
"""

from collections.abc import Iterator

from torch import Tensor

from course.toolkit import figures, guards
from course.toolkit.stage import UNet
from course.toolkit.studio import Exhibit, Studio

from .s1_1_forward import forward

PROMPT = "a high quality photo"
SHOWN_TIMESTEPS = (250, 500, 750)


def estimate_noise(unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor) -> tuple[Tensor, Tensor]:
    """Return (eps_hat, predicted_variance), the two halves of the UNet's output, each (B, 3, H, W).

    unet: called as unet(x_t, t, encoder_hidden_states=prompt_embeds, return_dict=False), returns a tuple
    whose first entry is (B, 6, H, W).  x_t: (B, 3, H, W).  t: in [0, T).  prompt_embeds: (B, L, D), one a
    sample.
    """
    raise NotImplementedError("A 1.3 estimate_noise: yours to write; hints: course hint a1.3.estimate_noise")


def estimate_clean(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """Return x0_hat, the clean image that x_t hides if eps_hat is its noise: equation (A.2) solved for x_0.

    x_t, eps_hat: (B, C, H, W).  t: in [0, T).  alpha_bar: (T,).  The result is not clamped.
    Raises ValueError when x_t and eps_hat differ in shape, or t is no timestep of the schedule.
    """
    guards.same_shape(x_t, eps_hat, "x_t and eps_hat")
    guards.timestep(t, alpha_bar)
    raise NotImplementedError("A 1.3 estimate_clean: yours to write; hints: course hint a1.3.estimate_clean")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show clean, noisy and estimated Campanile at three noise levels."""
    stage_1, x_0 = studio.model.stage_1, studio.image("campanile")
    eps = studio.noise(1, studio.generator())
    rows = []
    for t in SHOWN_TIMESTEPS:
        x_t = forward(x_0, t, stage_1.alpha_bar, eps)
        eps_hat, _ = estimate_noise(stage_1.unet, x_t, t, studio.embed(PROMPT))
        rows.append([x_0, x_t, estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)])
    labels = [f"t = {t}" for t in SHOWN_TIMESTEPS]
    columns = ["clean", "noisy", "one-step estimate"]
    figure = figures.grid(rows, title="One-step denoising", rows=labels, columns=columns)
    yield Exhibit("one_step", "The more noise, the blurrier the estimate: a mean of all it could be.", figure)
