"""`check` in a notebook: the public checks, on functions that live in one namespace."""

from collections.abc import Callable
from typing import Any

import pytest

from autograder.checks.notebook import check

FORWARD = """
def forward(x_0, t, alpha_bar, eps):
    return alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * eps
"""
SDEDIT = """
def sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    yield from iterative_denoise_cfg(
        stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )
"""
CLEAN = """
def estimate_clean(x_t, t, alpha_bar, eps_hat):
    x_t -= (1 - alpha_bar[t]).sqrt() * eps_hat
    return x_t / alpha_bar[t].sqrt()
"""


def cell(text: str) -> Callable[..., Any]:
    """Return the function that a notebook with this cell has."""
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    return next(value for name, value in namespace.items() if callable(value))


def complaint(key: str, text: str) -> str:
    with pytest.raises(AssertionError) as caught:
        check(key, cell(text))
    return str(caught.value)


def test_a_right_cell_passes() -> None:
    assert check("a1.1.forward", cell(FORWARD)) == "✓ forward passes all of its 5 checks"


def test_a_wrong_one_reads_what_is_wrong() -> None:
    said = complaint("a1.1.forward", FORWARD.replace("sqrt", "abs"))
    assert "At every timestep, x_t is the image and the noise, weighted as in equation (A.2)." in said
    assert "the result is wrong in " in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise NotImplementedError('A 1.1 forward: yours to write')", "yours to write"),
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
        ("return open('/no/such/file')", "FileNotFoundError"),
        ("return missing", "NameError: name 'missing' is not defined"),
        ("return None", "the result is of type NoneType; it must be a torch.Tensor"),
    ],
)
def test_whatever_it_does_is_put_into_words(body: str, words: str) -> None:
    said = complaint("a1.1.forward", f"def forward(x_0, t, alpha_bar, eps):\n    {body}\n")
    assert words in said
    assert "the check itself broke" not in said


def test_what_is_not_defined_yet_is_named() -> None:
    assert "this needs your forward (section A 1.1), which fails; mend it first" in complaint(
        "a1.7.sdedit", SDEDIT
    )


def test_arguments_changed_in_place_are_noticed() -> None:
    assert "it changes its argument number 1 in place" in complaint("a1.3.estimate_clean", CLEAN)


def test_another_function_of_the_section_may_be_unwritten() -> None:
    assert check("a1.3.estimate_clean", cell(CLEAN.replace("x_t -=", "x_t = x_t -"))).startswith("✓")
