"""Grading: whole submissions in workers of their own, and what is no student's fault."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import grading
from autograder.link.failures import LinkError
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.link.remote import Remote
from autograder.results import Report, to_json
from autograder.submissions import Submission

SECRET = b"a secret of this test"
SHORT = Limits(call_seconds=2.0)
BARE = Isolation.PROCESS
WRONG = {
    "s1_1_forward.py": ("return alpha_bar_t.sqrt() * x_0", "return alpha_bar_t * x_0"),
    "s1_3_one_step.py": ("eps_hat) / alpha_bar_t.sqrt()", "eps_hat) / alpha_bar_t"),
    "s1_4_iterative.py": ("beta = 1 - alpha", "beta = 1 - alpha_bar_t"),
    "s1_6_guidance.py": ("eps_uncond + gamma * (eps_cond", "eps_cond + gamma * (eps_cond"),
    "s1_8_anagrams.py": ("image.flip(-2, -1)", "image.flip(-2)"),
    "s1_9_hybrids.py": (
        "gaussian_blur(image, kernel_size, sigma)",
        "gaussian_blur(image, kernel_size, 2 * sigma)",
    ),
}


def losing(report: Report) -> set[str]:
    return {e.key for e in report.exercises if e.points < e.possible}


def reasons(report: Report, key: str) -> set[str]:
    return {check.reason for e in report.exercises for check in e.checks if e.key == key}


def content(report: Report) -> dict:
    """Return the report without times, and without what pytest adds to assertions in a test of ours."""
    data = json.loads(to_json(replace(report, seconds=0.0)))
    for exercise in data["exercises"]:
        for check in exercise["checks"]:
            check.pop("seconds")
            check["reason"] = check["reason"].partition("\nassert ")[0]
    return data


@pytest.mark.slow
def test_wrong_answers_in_a_worker_cost_points_in_their_own_exercises_only(reference_files) -> None:
    report = grading.grade(Submission("six", reference_files(**WRONG)), SECRET, isolation=BARE)
    assert losing(report) == {
        "a1.1.forward",
        "a1.3.estimate_clean",
        "a1.4.denoise_step",
        "a1.6.guide",
        "a1.8.rotate_180",
        "a1.9.low_pass",
    }
    assert report.graded
    assert report.possible == 100
    assert report.total == round(sum(exercise.points for exercise in report.exercises), 2)
    named = {check.misconception for e in report.exercises for check in e.checks} - {""}
    assert len(named) >= 3


@pytest.mark.usefixtures("first_sections")
def test_graded_twice_with_one_secret_the_report_is_the_same(reference_files) -> None:
    submission = Submission("twice", reference_files(**{"s1_1_forward.py": WRONG["s1_1_forward.py"]}))
    first, second = (grading.grade(submission, SECRET, SHORT, BARE) for _ in range(2))
    assert content(first) == content(second)
    assert losing(first) == {"a1.1.forward"}
    assert first.isolation == "process"
    assert first.seeds == "secret"
    assert first.limits["call_seconds"] == 2
    assert set(first.versions) == {
        "python",
        "diffusion-course",
        "torch",
        "torchvision",
        "hypothesis",
        "pytest",
    }


TROUBLES = {
    "ends": {
        "s1_1_forward.py": (b"    alpha_bar_t =", b"    raise SystemExit\n    alpha_bar_t =", "SystemExit"),
        "s1_2_blur.py": (
            b"PI = 3",
            b"__import__('os')._exit(3)\nPI = 3",
            "importing part_a/s1_2_blur.py ended",
        ),
        "s1_3_one_step.py": (
            b"    alpha_bar_t =",
            b"    while True: pass\n    alpha_bar_t =",
            "longer than 2 s",
        ),
    },
    "values": {
        "s1_1_forward.py": (
            b"    alpha_bar_t =",
            b"    return Equal(2)\n    alpha_bar_t =",
            "Equal; it must be a torch.Tensor",
        ),
        "s1_2_blur.py": (
            b"    blurred: ",
            b"    __import__('os')._exit(3)\n    blurred: ",
            "ended the whole program",
        ),
        "s1_3_one_step.py": (b"    alpha_bar_t =", b"    1 / 0\n    alpha_bar_t =", "ZeroDivisionError"),
    },
}
EQUAL = b"""
class Equal(Tensor):
    def __eq__(self, other):
        return True
"""


@pytest.mark.slow
@pytest.mark.usefixtures("first_sections")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_is_told_where_it_is_and_costs_nothing_elsewhere(reference_files, trouble: str) -> None:
    files = reference_files()
    for name, (old, new, _) in TROUBLES[trouble].items():
        text = files[f"part_a/{name}"] + b"\nPI = 3\n" + EQUAL
        assert text.count(old) == 1
        files[f"part_a/{name}"] = text.replace(old, new)
    report = grading.grade(Submission("spoilt", files), SECRET, SHORT, BARE)
    assert report.graded
    assert losing(report) == {"a1.1.forward", "a1.2.blur_denoise", "a1.3.estimate_clean"}
    for key, (_, _, words) in zip(sorted(losing(report)), TROUBLES[trouble].values(), strict=True):
        assert any(words in reason for reason in reasons(report, key)), (key, words)
    assert report.total == 2


@pytest.mark.usefixtures("first_sections")
def test_nothing_handed_in_is_zero_with_the_reason() -> None:
    report = grading.grade(Submission("empty", remarks=("no section file was found",)), SECRET, SHORT, BARE)
    assert (report.total, report.graded) == (0, True)
    assert reasons(report, "a1.1.forward") == {
        "part_a/s1_1_forward.py is not there; put it back under this name"
    }
    assert report.remarks == ("no section file was found",)


@pytest.mark.parametrize("error", [LinkError("no worker today"), OSError("no space left")])
def test_what_the_grader_cannot_do_is_ungraded(
    reference_files, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(Remote, "start", fail)
    report = grading.grade(Submission("unlucky", reference_files()), SECRET, SHORT, BARE)
    assert not report.graded
    assert reasons(report, "a1.1.forward") == {f"the grader could not work: {error}"}
    assert all(check.status == "ungraded" for e in report.exercises for check in e.checks)


@pytest.mark.usefixtures("first_sections", "at_once")
def test_one_broken_grading_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def grade(submission: Submission, secret: bytes, limits: Limits, isolation: Isolation) -> Report:
        if submission.student == "b":
            raise MemoryError("too much")
        return Report(submission.student, (), 0.0, 50.0, "process", "secret")

    monkeypatch.setattr(grading, "grade", grade)
    reports = {r.student: r for r in grading.grade_class([Submission(name) for name in "abc"], SECRET)}
    assert set(reports) == {"a", "b", "c"}
    assert [name for name, report in reports.items() if not report.graded] == ["b"]
    assert reasons(reports["b"], "a1.1.forward") == {"the grader broke: MemoryError: too much"}


def test_nobody_is_a_class_too() -> None:
    assert list(grading.grade_class([], SECRET)) == []


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret.key"
    secret = grading.class_secret(path)
    assert len(secret) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert grading.class_secret(path) == secret
    assert grading.class_secret(tmp_path / "other.key") != secret


@pytest.mark.parametrize("text", ["", "short", " " * 40])
def test_a_short_secret_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"a secret has at least 16\. Delete it for a new one"):
        grading.class_secret(path)
