"""Where right answers come from: a live reference and an answer key say the same, or why they cannot."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from autograder import syllabus
from autograder.checks import reference
from autograder.checks.comparison import Expected, Twin
from autograder.checks.reference import ANSWER_KEY, AnswerKey, Live, Recorder
from autograder.link.failures import LinkError
from autograder.link.local import Local

FORWARD = syllabus.load().exercise("a1.1.forward")
SECTIONS = [section.module for section in syllabus.load().sections if section.exercises]


class Both(AnswerKey):
    """The answer key, compared with the reference at work whenever it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.compared = 0
        self.live = Live()

    def expected(self, *question) -> Expected:
        recorded, live = super().expected(*question), self.live.expected(*question)
        assert recorded.leaves.keys() == live.leaves.keys()
        for label, leaf in live.leaves.items():
            assert (recorded.leaves[label].shape, recorded.leaves[label].dtype) == (leaf.shape, leaf.dtype)
            assert torch.allclose(recorded.leaves[label], leaf, atol=recorded.tolerances[label], rtol=0), (
                label
            )
            assert recorded.tolerances[label] < 0.01
        self._compare_twins(question)
        self.compared += 1
        return recorded

    def _compare_twins(self, question) -> None:
        recorded, live = list(self.twins(*question)), list(self.live.twins(*question))
        assert [(twin.name, twin.message) for twin in recorded] == [
            (twin.name, twin.message) for twin in live
        ]
        assert [twin.leaves.keys() for twin in recorded] == [twin.leaves.keys() for twin in live]


def test_the_answer_key_says_what_the_reference_says(checked) -> None:
    both = Both()
    found = checked(Local("solutions"), reference=both)
    assert found.points == 120
    assert both.compared > 50
    assert {path.stem for path in ANSWER_KEY.iterdir()} == set(SECTIONS)


def test_an_answer_key_holds_numbers_and_no_code() -> None:
    for path in ANSWER_KEY.iterdir():
        assert path.suffix == ".safetensors"
        assert path.stat().st_size < 1_000_000
        assert load_file(path)


def test_a_recording_is_what_was_answered(checked, tmp_path: Path) -> None:
    recorder = Recorder()
    checked(Local("solutions"), "1.1", reference=recorder)
    recorder.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["part_a.s1_1_forward.safetensors"]
    assert checked(Local("solutions"), "1.1", reference=AnswerKey(tmp_path)).points == 3


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return a copy of the answer key."""
    return Path(shutil.copytree(ANSWER_KEY, tmp_path / "key"))


def ungraded(checked, key: Path) -> set[str]:
    """Return why the check that wants an answer is not graded, on a right and on a wrong submission."""
    for package in ("solutions", "course"):
        found = checked(Local(package), "1.1", reference=AnswerKey(key))
        assert (found.statuses() == {"ungraded", "passed"}) is (package == "solutions")
    found = checked(Local("solutions"), "1.1", reference=AnswerKey(key))
    return {check.reason for check in found.checks() if check.status == "ungraded"}


def test_a_missing_file_is_no_zero(checked, key: Path) -> None:
    (key / "part_a.s1_1_forward.safetensors").unlink()
    (reason,) = ungraded(checked, key)
    assert (
        "the answer key part_a.s1_1_forward.safetensors is missing; get the course's newest release" in reason
    )


def test_a_missing_entry_is_no_zero(checked, key: Path) -> None:
    shutil.copyfile(key / "part_a.s1_2_blur.safetensors", key / "part_a.s1_1_forward.safetensors")
    (reason,) = ungraded(checked, key)
    assert "the answer key has no answer for part_a/test_s1_1_forward.py::test_equation#0" in reason


def test_a_damaged_file_is_no_zero(checked, key: Path) -> None:
    (key / "part_a.s1_1_forward.safetensors").write_bytes(b"\x08")
    (reason,) = ungraded(checked, key)
    assert reason.startswith("the check itself broke: SafetensorError")


def test_other_random_numbers_are_no_zero(checked, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "_witness", lambda: torch.ones(4))
    (reason,) = ungraded(checked, key)
    assert f"torch {torch.__version__} draws other random numbers than the answer key's torch" in reason


def test_an_answer_key_cannot_lend() -> None:
    assert AnswerKey().lendable(FORWARD) is None
    assert Live().lendable(FORWARD) is not None


def test_without_solutions_there_is_no_live_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(reference, "import_module", absent)
    with pytest.raises(LinkError, match="the reference is not there"):
        Live().lendable(FORWARD)


def test_a_known_wrong_answer_is_called_by_its_name(
    checked, replaced, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twins(self, *question) -> Iterator[Twin]:
        yield Twin("other", "Another mistake.", {"": torch.full((2, 3, 8, 8), 9.0)})
        yield Twin("zeros", "You forgot everything.", {"": torch.zeros(2, 3, 8, 8)})

    monkeypatch.setattr(Live, "twins", twins)
    nothing = replaced({"a1.1.forward": lambda x_0, *rest: x_0 * 0})
    named = [
        c for c in checked(nothing, "1.1", reference=Live(), secret=b"secret").checks() if c.misconception
    ]
    assert [check.misconception for check in named] == ["zeros"]
    assert named[0].reason.startswith("You forgot everything.\n(the result is wrong in ")
