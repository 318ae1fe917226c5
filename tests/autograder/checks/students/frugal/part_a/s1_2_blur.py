"""The class instead of the function."""

from torchvision.transforms import GaussianBlur


def blur_denoise(x_t, kernel_size=5, sigma=2.0):
    return GaussianBlur(kernel_size, (sigma, sigma))(x_t)
