"""Verdicts: samples that are right, wrong, repeated or none at all, and the files they end in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from autograder.judge.candidates import Candidate
from autograder.judge.judge import Judge
from autograder.judge.verdict import RED, Verdict, reach, write
from autograder.link.failures import Crashed, LinkError
from course.toolkit.digits import VARIABLE, load_digits

LABELS = torch.arange(10).repeat(2)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


@pytest.fixture
def digits(monkeypatch: pytest.MonkeyPatch, judge: Judge) -> Tensor:
    """Two of each digit, of scikit-learn's, that the judge can read."""
    monkeypatch.delenv(VARIABLE, raising=False)
    found = load_digits()
    read = judge.told(found.images) == found.labels
    return torch.stack([found.images[read & (found.labels == d)][n] for n in range(2) for d in range(10)])


def verdict_on(samples: Tensor, judge: Judge, *remarks: str) -> Verdict:
    return reach(Candidate("ada", lambda: iter(samples.split(10)), remarks), LABELS, judge)


def test_digits_that_were_asked_for(digits: Tensor, judge: Judge) -> None:
    verdict = verdict_on(digits, judge, "a remark")
    assert verdict.share == 1
    assert verdict.remarks == ("a remark",)
    assert verdict.findings is not None
    assert verdict.findings.scores.right == (2,) * 10
    assert verdict.findings.repeated == 0
    assert verdict.findings.distance > verdict.findings.beside > 0


def test_wrong_digits_and_repeated_ones(digits: Tensor, judge: Judge) -> None:
    digits[10:] = digits[11]
    verdict = verdict_on(digits, judge)
    assert verdict.share == 0.55
    assert verdict.remarks == ("9 of the 20 samples are an earlier one again",)


@pytest.mark.parametrize("error", [ValueError("no images"), Crashed("it ended")])
def test_no_samples_are_a_remark(error: Exception, judge: Judge) -> None:
    def samples() -> Iterator[Tensor]:
        yield torch.zeros(10, 1, 28, 28)
        raise error

    verdict = reach(Candidate("ada", samples, ("first",)), LABELS, judge)
    assert (verdict.findings, verdict.share) == (None, 0)
    assert verdict.remarks == ("first", str(error))


def test_a_broken_link_is_nobodys_zero(judge: Judge) -> None:
    def samples() -> Iterator[Tensor]:
        raise LinkError("broken")
        yield

    with pytest.raises(LinkError):
        reach(Candidate("ada", samples), LABELS, judge)


def test_too_few_samples_are_refused(judge: Judge) -> None:
    verdict = verdict_on(torch.zeros(10, 1, 28, 28), judge)
    assert "(20, 1, 28, 28) was asked for" in verdict.remarks[0]


def test_the_files(digits: Tensor, judge: Judge, tmp_path: Path) -> None:
    digits[3] = 0
    write(verdict_on(digits, judge), tmp_path / "ada")
    record = json.loads((tmp_path / "ada" / "judged.json").read_text())
    assert record["share"] == 0.95
    assert record["right"] == [2, 2, 2, 1, 2, 2, 2, 2, 2, 2]
    assert record["frechet_distance"] > 0
    with Image.open(tmp_path / "ada" / "samples.png") as sheet:
        assert sheet.size == (10 * 88, 2 * 88)
        assert [n for n in range(10) if sheet.getpixel((88 * n, 0)) == RED] == [3]


def test_without_samples_there_is_no_picture(judge: Judge, tmp_path: Path) -> None:
    write(Verdict("ada", LABELS, None, ("why",), 1.0), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["judged.json"]
    assert json.loads((tmp_path / "judged.json").read_text())["remarks"] == ["why"]
