"""Calls in one's own process, where they differ from a worker's."""

import sys
import warnings
from pathlib import Path

import pytest

from autograder.link.failures import Raised
from autograder.link.local import Local


@pytest.fixture
def write(tmp_path: Path):
    """Return a function that makes one section and an implementation of it."""

    def build(text: str) -> Local:
        (tmp_path / "part_a").mkdir()
        (tmp_path / "part_a" / "s1_1_forward.py").write_text(text)
        return Local.of_folder(tmp_path)

    return build


def test_calls_an_importable_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "by_name" / "part_a").mkdir(parents=True)
    (tmp_path / "by_name" / "part_a" / "s1_1_forward.py").write_text("def forward(x):\n    return x + 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert Local("by_name").call("part_a.s1_1_forward", "forward", [1]) == 2


def test_the_keyboard_still_interrupts(write) -> None:
    local = write("def forward():\n    raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        local.call("part_a.s1_1_forward", "forward")


def test_leaving_the_program_is_an_exception_like_others(write) -> None:
    local = write("def forward():\n    raise SystemExit(3)\n")
    with pytest.raises(Raised, match="SystemExit: 3"):
        local.call("part_a.s1_1_forward", "forward")


def test_a_warning_stays_a_warning(write) -> None:
    local = write("import warnings\n\ndef forward():\n    warnings.warn('slow')\n    return 1\n")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        assert local.call("part_a.s1_1_forward", "forward") == 1
    assert [str(warning.message) for warning in caught] == ["slow"]


def test_leaves_imports_as_they_were(write) -> None:
    before = list(sys.meta_path)
    local = write("from .s1_0_none import gone\n\ndef forward():\n    return 1\n")
    assert local.call("part_a.s1_1_forward", "forward") == 1
    assert sys.meta_path == before
    module = next(module for name, module in sys.modules.items() if name.endswith(".part_a.s1_1_forward"))
    assert not hasattr(module, "nothing")
