"""## B 2.6 · Sampling with guidance

The loop of B 2.3 with the estimate of A 1.6. In every step the network is asked twice, with the class (ε_c)
and with the class masked (ε_u), and the difference is exaggerated:

    ε̂ = ε_u + γ (ε_c − ε_u),    γ = 5                                                         (B.9)

Both can be asked in one call, with a batch of twice the size.

*Ho and Salimans (2022), algorithm 2.*
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from course.toolkit import figures, seeds
from course.toolkit.studio import Exhibit, Studio

from .s2_2_time_training import BETA_1, BETA_2, NUM_TS, ddpm_schedule
from .s2_3_time_sampling import FRAMES, SIZE, evaluating
from .s2_4_class import ClassConditionalUNet
from .s2_5_class_training import NUM_CLASSES

OF_EACH = 4


@torch.no_grad()
def class_ddpm_sample(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """Yield the images after every step of (B.7) with the estimate (B.9), num_ts batches (N, 1, H, W).

    unet: estimates the noise, unet(x_t, c, t / num_ts, mask).  c: (N,) int64, the class of every image.
    guidance_scale: γ; 0 is unconditional, 1 conditional, more extrapolates.
    Everything else as in `ddpm_sample` (B 2.3), the order in which the generator gives noise as well.
    """
    # BEGIN SOLUTION
    dtype, device = schedule["betas"].dtype, schedule["betas"].device
    x_t = seeds.noise((len(c), 1, *img_wh), generator, dtype=dtype, device=device)
    c_twice = torch.cat([c, c]).to(device)
    mask = torch.cat([torch.zeros(len(c)), torch.ones(len(c))]).to(x_t)
    with evaluating(unet):
        for t in reversed(range(num_ts)):
            beta, alpha, alpha_bar = (schedule[name][t] for name in ("betas", "alphas", "alpha_bars"))
            alpha_bar_prime = schedule["alpha_bars"][t - 1] if t > 0 else torch.ones_like(alpha_bar)
            z = seeds.noise(x_t.shape, generator, dtype=dtype, device=device) if t > 0 else 0

            times = x_t.new_full((2 * len(c),), t / num_ts)
            eps_uncond, eps_cond = unet(torch.cat([x_t, x_t]), c_twice, times, mask).chunk(2)
            eps_hat = eps_uncond + guidance_scale * (eps_cond - eps_uncond)
            x0_hat = (x_t - (1 - alpha_bar).sqrt() * eps_hat) / alpha_bar.sqrt()
            from_clean = alpha_bar_prime.sqrt() * beta / (1 - alpha_bar)
            from_noisy = alpha.sqrt() * (1 - alpha_bar_prime) / (1 - alpha_bar)
            x_t = from_clean * x0_hat + from_noisy * x_t + beta.sqrt() * z
            yield x_t
    # END SOLUTION


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show four of each digit after every kept epoch, and an animation of how the last ones come about."""
    run = studio.run("class")
    schedule = {
        name: values.to(studio.device) for name, values in ddpm_schedule(BETA_1, BETA_2, NUM_TS).items()
    }
    c = torch.arange(NUM_CLASSES).repeat(OF_EACH)
    steps: list[Tensor] = []
    for epochs in run.epochs:
        unet = studio.network("class", ClassConditionalUNet(1, NUM_CLASSES, run.hidden), epochs)
        loop = class_ddpm_sample(unet, schedule, c, SIZE, NUM_TS, studio.generator())
        steps = studio.all(loop, NUM_TS, f"sampling classes, epoch {epochs}")
        rows = [figures.digits(images) for images in steps[-1].chunk(OF_EACH)]
        figure = figures.grid(rows, title=f"Four of each digit, epoch {epochs}, γ = 5")
        yield Exhibit(f"samples-epoch-{epochs}", "Four tries at each digit, all told what to write.", figure)

    frames = [figures.mosaic(images, NUM_CLASSES) for images in figures.spread(steps, FRAMES)]
    yield Exhibit("animation", "Three hundred steps from noise to the digits that were asked for.", frames)
