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

CONV = """
from torch import nn
class Conv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, 1, 1)
        self.norm = nn.BatchNorm2d(out_channels)
    def forward(self, x):
        return nn.functional.gelu(self.norm(self.conv(x)))
"""
FLOW = """
from torch import nn
class TimeFlowUNet(nn.Module):
    def __init__(self, in_channels, num_hiddens):
        super().__init__()
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


def test_a_class_in_a_cell() -> None:
    assert check("b1.1.Conv", cell(CONV)).startswith("✓ Conv passes all of its ")


def test_a_wrong_class_in_a_cell() -> None:
    said = complaint("b1.1.Conv", CONV.replace("nn.functional.gelu", "nn.functional.relu"))
    assert "You end with a ReLU." in said


def test_an_unwritten_class_in_a_cell() -> None:
    text = CONV.replace("super().__init__()", "raise NotImplementedError('B 1.1 Conv: yours')")
    assert "B 1.1 Conv: yours" in complaint("b1.1.Conv", text)


def test_what_another_part_should_have_comes_from_the_students_files() -> None:
    """Where they are the stubs."""
    assert "this needs your ConvBlock (section B 1.1), which fails" in complaint("x1.TimeFlowUNet", FLOW)
