"""Pixel by pixel, by least squares."""

import torch


def best_constant(images):
    ones = torch.ones(len(images), 1, dtype=torch.float64)
    return torch.linalg.lstsq(ones, images.flatten(1).double()).solution.view(images.shape[1:])
