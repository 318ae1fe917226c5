"""An ordinary section, with helpers, prints and a stub."""

from fractions import Fraction

import numpy as np
import torch


def forward(x, t):
    return x * t


def chatty(x):
    print("x has the shape", tuple(x.shape))
    return x


def stub():
    raise NotImplementedError("A 1.1 stub: write it")


def inner(x):
    raise ValueError(f"{x} is too small")


def outer(x):
    return inner(x)


def library_is_unfinished():
    return torch.nn.Module()(1)


def change(x):
    x.zero_()
    return x


def same(x):
    return x


def draw(generator):
    return torch.rand(2, generator=generator)


def foreign():
    return [np.zeros(2), Fraction(1, 2), {1: 2}, torch.Size([2]), torch.zeros(1, dtype=torch.complex64)]


def parameter():
    return torch.nn.Parameter(torch.ones(2, 3).T)


def in_place():
    x = torch.zeros(1)
    for _ in range(3):
        x += 1
        yield x


def steps():
    return range(990, -1, -330)


def endless():
    while True:
        yield 1


def nested():
    inside = []
    inside.append(inside)
    return inside


def use_stage(stage, generator):
    pair = stage.unet(stage.alpha_bar, 3, None, return_dict=False)[0]
    output = stage.unet(stage.alpha_bar, 3, None)
    noisy = stage.add_variance(pair, pair, 2, 1, generator)
    return pair, output.sample, output[0], noisy, torch.rand(1, generator=generator)


def ask(function, *args):
    return function(*args)


def survive(function, value):
    try:
        return function(value)
    except ValueError as error:
        return f"caught {error}"


def give_array(function):
    return function(np.zeros(3))
