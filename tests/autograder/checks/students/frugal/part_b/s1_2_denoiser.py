"""As short as it can be."""

import torch
from torch.nn.functional import mse_loss

from course.toolkit import seeds
from course.toolkit.digits import batches


def add_noise(x, sigma, eps):
    return torch.add(x, eps, alpha=sigma)


def denoising_loss(unet, x, sigma, generator):
    return mse_loss(unet(add_noise(x, sigma, seeds.noise(x.shape, generator, dtype=x.dtype))), x)


def train_denoiser(unet, images, *, sigma=0.5, epochs=5, batch_size=256, learning_rate=1e-4, generator):
    adam = torch.optim.Adam(unet.train().parameters(), learning_rate)
    for batch in (b for _ in range(epochs) for b in batches(len(images), batch_size, generator)):
        adam.zero_grad(set_to_none=False)
        loss = denoising_loss(unet, images[batch], sigma, generator)
        loss.backward()
        adam.step()
        yield loss.item()
