"""Wrong answers to A 1.2, classical denoising."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad
from torchvision.transforms.functional import gaussian_blur

from autograder.misconceptions import instead_of


@instead_of("blur_denoise")
def sigma_left_out(x_t: Tensor, kernel_size: int = 5, sigma: float = 2.0) -> Tensor:
    """`sigma` does nothing in your function. Left to itself, torchvision derives a σ from the kernel
    size; pass yours.
    """
    blurred: Tensor = gaussian_blur(x_t, kernel_size)
    return blurred


@instead_of("blur_denoise")
def always_the_default(x_t: Tensor, kernel_size: int = 5, sigma: float = 2.0) -> Tensor:
    """You always blur with kernel size 5 and σ = 2. These are only the defaults: use the two arguments."""
    blurred: Tensor = gaussian_blur(x_t, 5, 2.0)
    return blurred


@instead_of("blur_denoise")
def box_blur(x_t: Tensor, kernel_size: int = 5, sigma: float = 2.0) -> Tensor:
    """You took a plain average of the neighbours. In a Gaussian blur the near ones count for more than
    the far ones, and σ says how much more.
    """
    return avg_pool2d(x_t, kernel_size, stride=1, padding=kernel_size // 2)


@instead_of("blur_denoise")
def dark_edges(x_t: Tensor, kernel_size: int = 5, sigma: float = 2.0) -> Tensor:
    """The middle of the image is right, its edges are not: you blur zeros from outside into them.
    torchvision mirrors the image at its edges instead.
    """
    margin = kernel_size // 2
    blurred: Tensor = gaussian_blur(pad(x_t, [2 * margin] * 4), kernel_size, sigma)
    height, width = x_t.shape[-2:]
    return blurred[..., 2 * margin : 2 * margin + height, 2 * margin : 2 * margin + width]


@instead_of("blur_denoise")
def sigma_squared(x_t: Tensor, kernel_size: int = 5, sigma: float = 2.0) -> Tensor:
    """You used `sigma` as if it were the variance σ². It is the standard deviation, which is also what
    torchvision wants: no root, no square.
    """
    blurred: Tensor = gaussian_blur(x_t, kernel_size, float(torch.tensor(sigma).sqrt()))
    return blurred
