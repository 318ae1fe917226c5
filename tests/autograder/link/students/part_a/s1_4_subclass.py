"""A section that builds a class on one that is not there."""

from .s1_1_forward import UNet


class Better(UNet):
    pass


def build():
    return Better()
