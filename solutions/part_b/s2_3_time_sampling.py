"""## B 2.3 · Sampling

Now backwards. Start from pure noise, x_T ~ N(0, I), and for t = T − 1, …, 1, 0 let the network estimate the
noise, take from it an estimate of the clean image, and go one timestep in its direction:

    x̂_0 = (x_t − √(1 − ᾱ_t) · ε̂) / √ᾱ_t                                                      (B.6)

    x_{t−1} = √ᾱ_{t−1} β_t / (1 − ᾱ_t) · x̂_0  +  √α_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t) · x_t  +  √β_t · z     (B.7)

with fresh noise z ~ N(0, I) in every step. It is equation (A.3) with a stride of one, and with √β_t for the
size of the noise, because our network estimates no variance. The last step, from t = 0, is different: below
it there is only the clean image, so ᾱ_{t−1} is 1, and no noise is added, z = 0.

*Ho et al. (2020), algorithm 2 and equation 7.*
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from course.toolkit import figures, seeds
from course.toolkit.studio import Exhibit, Studio

from .s2_1_time import TimeConditionalUNet
from .s2_2_time_training import BETA_1, BETA_2, NUM_TS, ddpm_schedule

SIZE = (28, 28)
SHOWN_SAMPLES = 10
FRAMES = 40


@contextmanager
def evaluating(unet: nn.Module) -> Iterator[None]:
    """Put the network into evaluation mode for a while, and back into its own mode afterwards.  Given.

    In training mode the batch norms would take their statistics from the batch that is being sampled.
    """
    was_training = unet.training
    unet.eval()
    try:
        yield
    finally:
        unet.train(was_training)


@torch.no_grad()
def ddpm_sample(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """Yield the images after every step of (B.7), num_ts batches (count, 1, H, W), the last one clean.

    unet: estimates the noise, unet(x_t, t / num_ts) with t (count,).  schedule: of `ddpm_schedule`, of
    num_ts timesteps; the images have its dtype and device.  img_wh: (H, W).  generator: gives x_T first,
    then z in every step but the last, by seeds.noise.
    The network works in evaluation mode and ends in the mode it came in.
    """
    # BEGIN SOLUTION
    dtype, device = schedule["betas"].dtype, schedule["betas"].device
    x_t = seeds.noise((count, 1, *img_wh), generator, dtype=dtype, device=device)
    with evaluating(unet):
        for t in reversed(range(num_ts)):
            beta, alpha, alpha_bar = (schedule[name][t] for name in ("betas", "alphas", "alpha_bars"))
            alpha_bar_prime = schedule["alpha_bars"][t - 1] if t > 0 else torch.ones_like(alpha_bar)
            z = seeds.noise(x_t.shape, generator, dtype=dtype, device=device) if t > 0 else 0

            eps_hat = unet(x_t, x_t.new_full((count,), t / num_ts))
            x0_hat = (x_t - (1 - alpha_bar).sqrt() * eps_hat) / alpha_bar.sqrt()
            from_clean = alpha_bar_prime.sqrt() * beta / (1 - alpha_bar)
            from_noisy = alpha.sqrt() * (1 - alpha_bar_prime) / (1 - alpha_bar)
            x_t = from_clean * x0_hat + from_noisy * x_t + beta.sqrt() * z
            yield x_t
    # END SOLUTION


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show digits after every kept epoch, and an animation of how the last ones come about."""
    run = studio.run("time")
    schedule = {
        name: values.to(studio.device) for name, values in ddpm_schedule(BETA_1, BETA_2, NUM_TS).items()
    }
    rows, steps = [], list[Tensor]()
    for epochs in run.epochs:
        unet = studio.network("time", TimeConditionalUNet(1, run.hidden), epochs)
        loop = ddpm_sample(unet, schedule, SIZE, NUM_TS, studio.generator(), SHOWN_SAMPLES)
        steps = studio.all(loop, NUM_TS, f"sampling, epoch {epochs}")
        rows.append(figures.digits(steps[-1]))
    labels = [f"epoch {epochs}" for epochs in run.epochs]
    figure = figures.grid(rows, title="Digits out of noise", rows=labels)
    yield Exhibit("samples", "Nobody has written these digits, nor told the network which to write.", figure)

    frames = [figures.mosaic(images, 5) for images in figures.spread(steps, FRAMES)]
    yield Exhibit("animation", "Three hundred steps from noise to digits.", frames)
