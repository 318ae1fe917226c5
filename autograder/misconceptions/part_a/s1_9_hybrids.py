"""Wrong answers to A 1.9, hybrid images."""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from course.toolkit.stage import Stage, UNet
from solutions.part_a.s1_3_one_step import estimate_clean
from solutions.part_a.s1_4_iterative import denoise_step
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, step
from solutions.part_a.s1_9_hybrids import high_pass, hybrid_estimate, low_pass, make_hybrids


@instead_of("low_pass")
def sigma_left_out(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """`sigma` does nothing in your function. Left to itself, torchvision derives a σ from the kernel
    size; pass yours.
    """
    blurred: Tensor = gaussian_blur(image, kernel_size)
    return blurred


@instead_of("low_pass")
def kernel_of_another_section(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """Your kernel has 5 × 5 pixels, as in A 1.2. Use `kernel_size`, by default 33, so that the
    Gaussian is not cut off.
    """
    blurred: Tensor = gaussian_blur(image, 5, sigma)
    return blurred


@instead_of("low_pass")
def always_the_default(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """You always blur with kernel size 33 and σ = 2. These are only the defaults: use the two arguments."""
    blurred: Tensor = gaussian_blur(image, 33, 2.0)
    return blurred


@instead_of("low_pass")
def blurred_twice(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """You blurred the image twice. Once is enough: `gaussian_blur` does rows and columns by itself."""
    return low_pass(low_pass(image, kernel_size, sigma), kernel_size, sigma)


@instead_of("low_pass")
def high_instead(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """You return the high frequencies, what a blur takes away. The low ones are the blurred image itself."""
    return image - low_pass(image, kernel_size, sigma)


@instead_of("high_pass")
def low_instead(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """You return the low frequencies. The high ones are what is left of the image without them."""
    return low_pass(image, kernel_size, sigma)


@instead_of("high_pass")
def sign_swapped(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """The sign is wrong: take the low frequencies away from the image, not the image away from them."""
    return low_pass(image, kernel_size, sigma) - image


@instead_of("high_pass")
def arguments_not_passed_on(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """`kernel_size` and `sigma` end in your function, so it always uses the default kernel. Pass both
    on to `low_pass`.
    """
    return image - low_pass(image)


@instead_of("high_pass")
def mean_taken_away(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """You took away the mean colour, which is only the lowest of the frequencies. Take away all that
    `low_pass` lets through.
    """
    return image - image.mean((-2, -1), keepdim=True)


@instead_of("hybrid_estimate")
def passes_exchanged(
    unet: UNet,
    x_t: Tensor,
    t: int,
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> tuple[Tensor, Tensor]:
    """The two passes are exchanged. From afar one sees the low frequencies, so they are the far
    prompt's.
    """
    return hybrid_estimate(unet, x_t, t, close_embeds, far_embeds, uncond_embeds, gamma, kernel_size, sigma)


@instead_of("hybrid_estimate")
def both_low(
    unet: UNet,
    x_t: Tensor,
    t: int,
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> tuple[Tensor, Tensor]:
    """You passed both estimates through the low pass. The close prompt's goes through the high pass."""
    eps_far, eps_close, variance = _estimates(unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma)
    return low_pass(eps_far, kernel_size, sigma) + low_pass(eps_close, kernel_size, sigma), variance


@instead_of("hybrid_estimate")
def without_passes(
    unet: UNet,
    x_t: Tensor,
    t: int,
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> tuple[Tensor, Tensor]:
    """You added the two estimates as they are. Take the low frequencies of one and the high ones of
    the other.
    """
    eps_far, eps_close, variance = _estimates(unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma)
    return eps_far + eps_close, variance


@instead_of("hybrid_estimate")
def high_pass_forgotten(
    unet: UNet,
    x_t: Tensor,
    t: int,
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> tuple[Tensor, Tensor]:
    """The close prompt's estimate is there with all of its frequencies. Only its high ones belong there."""
    eps_far, eps_close, variance = _estimates(unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma)
    return low_pass(eps_far, kernel_size, sigma) + eps_close, variance


@instead_of("hybrid_estimate")
def different_kernels(
    unet: UNet,
    x_t: Tensor,
    t: int,
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> tuple[Tensor, Tensor]:
    """The kernel reaches the low pass only; the high pass keeps its default, and the two no longer fit
    together. Pass `kernel_size` and `sigma` to both.
    """
    eps_far, eps_close, variance = _estimates(unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma)
    return low_pass(eps_far, kernel_size, sigma) + high_pass(eps_close), variance


def _estimates(
    unet: UNet,
    x_t: Tensor,
    t: int,
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the two guided estimates and the far prompt's variance."""
    eps_far, variance = estimate_noise_cfg(unet, x_t, t, far_embeds, uncond_embeds, gamma)
    eps_close, _ = estimate_noise_cfg(unet, x_t, t, close_embeds, uncond_embeds, gamma)
    return eps_far, eps_close, variance


@instead_of("make_hybrids")
def never_updated(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> Iterator[Tensor]:
    """Every step of yours starts from the same noise again. What `step` returns is the x_t of the next
    step.
    """
    x_t = seeds.noise(shape, generator).to(uncond_embeds)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = hybrid_estimate(
            stage_1.unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma, kernel_size, sigma
        )
        yield step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)


@instead_of("make_hybrids")
def uniform_start(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> Iterator[Tensor]:
    """Your starting noise is uniform in [0, 1). The model expects Gaussian noise, N(0, 1): draw it
    with `seeds.noise`.
    """
    x_t = torch.rand(shape, generator=generator).to(uncond_embeds)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = hybrid_estimate(
            stage_1.unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma, kernel_size, sigma
        )
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        yield x_t


@instead_of("make_hybrids")
def without_variance(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> Iterator[Tensor]:
    """You left out v_σ, the last term of (A.3). `step` adds it, with the variance that
    `hybrid_estimate` returns.
    """
    x_t = seeds.noise(shape, generator).to(uncond_embeds)
    for t, t_prime in pairwise(timesteps):
        eps_hat, _ = hybrid_estimate(
            stage_1.unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma, kernel_size, sigma
        )
        x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)
        x_t = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
        yield x_t


@instead_of("make_hybrids")
def prompts_exchanged(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> Iterator[Tensor]:
    """The far and the close prompt are exchanged on their way to `hybrid_estimate`. It takes the far
    one first.
    """
    yield from make_hybrids(
        stage_1,
        shape,
        timesteps,
        close_embeds,
        far_embeds,
        uncond_embeds,
        gamma,
        generator,
        kernel_size,
        sigma,
    )


@instead_of("make_hybrids")
def kernel_not_passed_on(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> Iterator[Tensor]:
    """`kernel_size` and `sigma` end in your loop, so every hybrid is made with their defaults. Pass
    them on to `hybrid_estimate`.
    """
    yield from make_hybrids(
        stage_1, shape, timesteps, far_embeds, close_embeds, uncond_embeds, gamma, generator
    )
