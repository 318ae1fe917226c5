"""Patches by unfold and fold."""

import torch
import torch.nn.functional as F  # noqa: N812


def rotate_90(image, turns=1):
    return torch.rot90(image, turns, (2, 3))


def negate(image):
    return image.neg()


def permute_patches(image, order):
    n = round(len(order) ** 0.5)
    size = image.shape[2] // n, image.shape[3] // n
    return F.fold(F.unfold(image, size, stride=size)[:, :, order], image.shape[2:], size, stride=size)


def flaws(see, undo, x, y):
    bent = (see(x) + see(y) - see(x + y)).abs().max()
    return float(bent), abs(float(see(x).norm() / x.norm()) - 1), float((x - undo(see(x))).abs().max())
