"""Checks of A 1.1, the forward process."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import exercise
from autograder.checks.draws import Draw, cosine_alpha_bar

ALPHA_BAR = cosine_alpha_bar()


@exercise("forward", weight=4)
def test_equation(agree, draw: Draw):
    """At every timestep, x_t is the image and the noise, weighted as in equation (A.2)."""
    alpha_bar = draw.alpha_bar()
    for t in draw.timesteps(4):
        agree(draw.images(), t, alpha_bar, draw.noise())


@exercise("forward")
@given(seed=st.integers(0), t=st.integers(0, 999), factor=st.floats(-3, 3))
def test_linear(student, draw: Draw, seed: int, t: int, factor: float):
    """Scaling image and noise by the same factor scales x_t by that factor."""
    draw = draw.at(seed)
    x_0, eps = draw.images(), draw.noise()
    scaled, plain = student(factor * x_0, t, ALPHA_BAR, factor * eps), student(x_0, t, ALPHA_BAR, eps)
    assert plain.std() > 0.1, "x_t is almost constant, whatever the image and the noise"
    assert torch.allclose(scaled, factor * plain, atol=1e-4), (
        f"with the factor {factor:g} at t = {t} it does not"
    )


@exercise("forward")
@given(seed=st.integers(0), t=st.integers(0, 999))
def test_variance(student, draw: Draw, seed: int, t: int):
    """An image of unit variance keeps it: x_t of two independent N(0, 1) inputs has variance 1.

    Of 12,288 numbers the sample variance deviates by 0.013 (one sigma); 0.1 is 7.8 sigma, a false alarm in
    10¹⁴.
    """
    draw = draw.at(seed)
    x_t = student(draw.noise(16, 16), t, ALPHA_BAR, draw.noise(16, 16))
    assert abs(x_t.var() - 1) < 0.1, f"at t = {t} the variance is {x_t.var():.3g}"


@exercise("forward")
def test_ends(student, draw: Draw):
    """Where ᾱ = 1 the image comes back untouched, where ᾱ = 0 only the noise is left; t may be 999."""
    x_0, eps = draw.images(), draw.noise()
    alpha_bar = torch.linspace(1, 0, 1000)
    clean, noisy = student(x_0, 0, alpha_bar, eps), student(x_0, 999, alpha_bar, eps)
    assert torch.allclose(clean, x_0.double(), atol=1e-5), "where ᾱ = 1, x_t differs from x_0"
    assert torch.allclose(noisy, eps.double(), atol=1e-5), "where ᾱ = 0, x_t differs from eps"
