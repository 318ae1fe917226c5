"""Double precision, noise image by image, an optimizer with all of its settings written out."""

import torch

from course.toolkit import digits


def add_noise(x, sigma, eps):
    return torch.stack([a.double() + torch.tensor(sigma) * b for a, b in zip(x, eps, strict=True)]).to(
        x.dtype
    )


def denoising_loss(unet, x, sigma, generator):
    eps = torch.stack([torch.randn(image.shape, generator=generator, dtype=torch.float64) for image in x])
    found = unet(add_noise(x, sigma, eps))
    return ((found.double() - x) ** 2).sum() / x.numel()


def train_denoiser(unet, images, *, sigma=0.5, epochs=5, batch_size=256, learning_rate=1e-4, generator):
    unet.train(True)
    adam = torch.optim.Adam([{"params": list(unet.parameters())}], learning_rate, (0.9, 0.999), 1e-8)
    for _ in range(epochs):
        for batch in list(digits.batches(len(images), batch_size, generator)):
            for parameter in unet.parameters():
                parameter.grad = None
            loss = denoising_loss(unet, torch.stack([images[i] for i in batch]), sigma, generator)
            loss.backward()
            adam.step()
            yield float(loss.detach())
