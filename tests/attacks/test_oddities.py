"""What honest people do, and what must not cost them a point."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.link.isolation import Isolation
from autograder.link.remote import Remote
from autograder.link.staging import stage
from autograder.submissions import Submission

ODDITIES = "s1_1_oddities"
WORTH = 3
NAMES = (
    "forward",
    "with_warnings",
    "with_prints",
    "with_logging",
    "with_a_progress_bar",
    "with_a_plot",
    "with_a_saved_plot",
    "with_threads",
    "with_a_thread_left_behind",
    "with_a_pool",
    "with_more_torch_threads",
    "with_temporary_files",
    "with_a_file_beside_it",
    "with_float64_within",
    "with_einsum",
    "with_another_order",
    "with_numpy",
    "with_gradients",
    "with_inference_mode",
    "with_a_view",
    "with_a_parameter",
    "with_its_own_source",
    "with_asyncio",
    "with_output_redirected",
    "with_patience",
    "with_a_look_at_the_machine",
    "with_a_cache",
    "with_a_class",
)
PLAIN = """import torch


def forward(x_0, t, alpha_bar, eps):
    return alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * eps
"""
FILES = {
    "windows_line_ends": PLAIN.replace("\n", "\r\n").encode(),
    "a_byte_order_mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "no_last_line_end": PLAIN.rstrip().encode(),
    "a_main_block": PLAIN.encode() + b"\n\nif __name__ == '__main__':\n    raise SystemExit('tried')\n",
    "another_default_dtype": PLAIN.encode() + b"\n\ntorch.set_default_dtype(torch.float64)\n",
    "other_letters": PLAIN.replace("alpha_bar", "ᾱ").encode(),
    "no_gradients": PLAIN.encode() + b"\n\ntorch.set_grad_enabled(False)\n",
}


@pytest.mark.parametrize("oddity", NAMES)
def test_no_point_is_lost(walled: Remote, graded: Callable, oddity: str) -> None:
    result = graded(walled, ODDITIES, oddity)
    assert result.points == WORTH, [check.reason for check in result.checks]


@pytest.fixture(scope="module")
def odd_files(zygote, tmp_path_factory: pytest.TempPathFactory):
    """Yield a worker on odd files, each a module of its own."""
    files = {f"part_a/{name}.py": content for name, content in FILES.items()}
    staged: Path = stage(Submission("odd", files), tmp_path_factory.mktemp("odd") / "in")
    with Remote.start(staged, isolation=Isolation.SANDBOX, zygote=zygote) as remote:
        yield remote


@pytest.mark.parametrize("file", FILES)
def test_no_point_is_lost_for_an_odd_file(odd_files: Remote, graded: Callable, file: str) -> None:
    result = graded(odd_files, file, "forward")
    assert result.points == WORTH, [check.reason for check in result.checks]
