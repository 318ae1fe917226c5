"""Patches copied one by one, turns by mirrors and transposition, lengths by sums of squares."""

from math import isqrt

import torch


def rotate_90(image, turns=1):
    for _ in range(turns % 4):
        image = image.transpose(2, 3).flip(2)
    return image.contiguous()


def negate(image):
    return 0 * image - image


def permute_patches(image, order):
    n = isqrt(len(order))
    height, width = image.shape[2] // n, image.shape[3] // n
    rows = [row.split(width, dim=3) for row in image.split(height, dim=2)]
    patches = [patch for row in rows for patch in row]
    moved = [patches[int(place)] for place in order]
    return torch.cat([torch.cat(moved[i : i + n], dim=3) for i in range(0, n * n, n)], dim=2)


def flaws(see, undo, x, y):
    bent = torch.linalg.vector_norm(see(x + y) - (see(x) + see(y)), ord=torch.inf)
    lengths = [image.double().square().sum().sqrt() for image in (see(x), x)]
    lost = torch.linalg.vector_norm(undo(see(x)) - x, ord=torch.inf)
    return torch.tensor([float(bent), abs(float(lengths[0] / lengths[1]) - 1), float(lost)])
