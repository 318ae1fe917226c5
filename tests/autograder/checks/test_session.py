"""One run of the checks: who passes, who fails, why, and what the run leaves behind."""

import os
import signal
from importlib import import_module

import hypothesis
import pytest
import torch
from hypothesis.internal.conjecture import providers

from autograder import syllabus
from autograder.checks import session
from autograder.checks.reference import Live
from autograder.link.failures import LinkError
from autograder.link.local import Local

TABLE = syllabus.load()
WRONG = {
    "a1.1.forward": lambda x_0, t, alpha_bar, eps: alpha_bar[t] * x_0 + (1 - alpha_bar[t]) * eps,
    "a1.3.estimate_clean": lambda x_t, t, alpha_bar, eps_hat: x_t - eps_hat,
    "a1.4.denoise_step": lambda x_t, t, t_prime, alpha_bar, x0_hat: (x_t + x0_hat) / 2,
    "a1.6.guide": lambda eps_uncond, eps_cond, gamma: eps_cond + gamma * eps_uncond,
    "a1.8.rotate_180": lambda image: image.flip(-1),
    "a1.9.low_pass": lambda image, kernel_size=33, sigma=2.0: image / 2,
}


@pytest.mark.parametrize("seed", range(10))
def test_the_reference_gets_full_marks_on_any_secret(checked, seed: int) -> None:
    found = checked(Local("solutions"), secret=f"secret {seed}".encode())
    assert {(check.name, check.reason) for check in found.checks() if check.reason} == set()
    assert found.points == 120


@pytest.mark.parametrize("secret", [None, b"secret"], ids=["published inputs", "secret inputs"])
def test_stubs_get_nothing(checked, secret: bytes | None) -> None:
    found = checked(Local("course"), secret=secret)
    assert found.points == 0
    assert all(exercise.checks for exercise in found.exercises.values())
    if secret:
        assert found.statuses() == {"failed"}
        assert all("yours to write; hints: course hint" in check.reason for check in found.checks())


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_answer_costs_points_in_its_own_exercise_only(checked, replaced, key: str) -> None:
    found = checked(replaced({key: WRONG[key]}), secret=b"secret")
    assert found.losing() == {key}
    assert found.statuses() == {"passed", "failed"}


def test_with_an_answer_key_what_needs_a_wrong_answer_is_skipped(checked, replaced) -> None:
    found = checked(replaced({"a1.3.estimate_clean": WRONG["a1.3.estimate_clean"]}), "1.3", "1.4", "1.5")
    assert found.losing() == {"a1.3.estimate_clean", "a1.4.iterative_denoise", "a1.5.sample"}
    assert found.statuses("a1.4.denoise_step") == {"passed"}
    assert found.reasons("a1.4.iterative_denoise") == {
        "this needs your estimate_clean (section A 1.3), which fails; mend it first"
    }
    assert found.statuses("a1.5.sample") == {"skipped"}


def test_a_need_is_checked_where_only_its_dependent_is_asked_for(checked, replaced) -> None:
    found = checked(replaced({"a1.3.estimate_noise": lambda *args: None}), "1.4")
    assert set(found.exercises) == {"a1.4.strided_timesteps", "a1.4.denoise_step", "a1.4.iterative_denoise"}
    assert found.statuses("a1.4.iterative_denoise") == {"skipped"}


def test_the_right_function_is_lent_only_where_it_can_be(checked, replaced) -> None:
    wrong = replaced({"a1.1.forward": WRONG["a1.1.forward"]})
    assert checked(wrong, "1.7", secret=b"secret").points == 3
    assert checked(wrong, "1.7", reference=Live()).points == 3
    assert checked(wrong, "1.7").points == 0


def test_random_answers_fail_with_the_words(checked, replaced) -> None:
    flips = iter(range(10_000))

    def forward(x_0, t, alpha_bar, eps):
        if next(flips) % 2:
            return torch.zeros_like(x_0)
        return alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * eps

    found = checked(replaced({"a1.1.forward": forward}), "1.1", secret=b"secret")
    assert found.statuses() <= {"failed", "passed"}
    assert "it gave different answers when it was asked the same thing twice" in found.reasons()


def test_what_raises_says_so_in_every_check(checked, replaced) -> None:
    def forward(x_0, t, alpha_bar, eps):
        raise ZeroDivisionError("oh")

    found = checked(replaced({"a1.1.forward": forward}), "1.1")
    assert found.statuses() == {"failed"}
    assert all("oh" in reason for reason in found.reasons())


def test_what_returns_nothing(checked, replaced) -> None:
    found = checked(replaced({"a1.1.forward": lambda *args: None}), "1.1")
    assert "the result is of type NoneType; it must be a torch.Tensor" in found.reasons()
    assert found.points == 0


def test_a_check_that_breaks_is_ungraded(checked, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self, *args):
        raise KeyError("a slip of ours")

    monkeypatch.setattr(Live, "expected", broken)
    found = checked(Local("solutions"), "1.1", reference=Live(), secret=b"secret")
    ungraded = [check for check in found.checks() if check.status == "ungraded"]
    assert [check.name for check in ungraded] == ["part_a/test_s1_1_forward.py::test_equation"]
    assert ungraded[0].reason == "the check itself broke: KeyError: 'a slip of ours'"
    assert ungraded[0].points == 0


def test_a_broken_link_is_ungraded(checked, replaced) -> None:
    class Cut(replaced):
        def call(self, *args, **kwargs):
            raise LinkError("the line is dead")

    found = checked(Cut({}), "1.1")
    assert found.statuses() == {"ungraded"}


class Interrupting(Local):
    """A student's own code, during which somebody presses Ctrl-C."""

    def call(self, *args, **kwargs):
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_ends_the_run_instead_of_giving_no_points(checked) -> None:
    with pytest.raises(KeyboardInterrupt):
        checked(Interrupting("solutions"), "1.1")


def test_a_run_that_breaks_off_is_no_zero(checked, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    monkeypatch.setattr(session, "_weight", lambda item: 1 // 0)
    with pytest.raises(LinkError, match=r"the checks cannot be run: (.|\n)*ZeroDivisionError"):
        checked(Local("solutions"), "1.1")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def test_it(student):\n    pass\n", "says no exercise"),
        ("def test_it(student:\n", "SyntaxError"),
        ("import no_such_library\n", "no_such_library"),
    ],
)
def test_a_broken_file_of_checks_is_no_zero(
    checked, monkeypatch: pytest.MonkeyPatch, tmp_path, text: str, reason: str
) -> None:
    file = tmp_path / "part_a" / "test_s1_1_forward.py"
    file.parent.mkdir()
    file.write_text(text)
    monkeypatch.setattr(session, "_file", lambda section: file)
    with pytest.raises(LinkError, match=reason):
        checked(Local("solutions"), "1.1")


def test_a_section_without_checks_runs_nothing(checked, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "test_stray.py").write_text("raise SystemExit('collected')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session, "_file", lambda section: tmp_path / "nowhere.py")
    assert checked(Local("solutions"), "1.1").checks() == []


def test_everything_is_given_back(checked) -> None:
    before = surroundings()
    checked(Local("solutions"), "1.1")
    assert surroundings() == before


def surroundings() -> list[object]:
    """Return what a run must leave as it was, but for what this test's own pytest notes down."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    settings = hypothesis.settings.get_current_profile_name(), hypothesis.core.global_force_seed
    return [variables, *settings, torch.get_num_threads(), providers._get_local_constants]


def test_what_is_imported_does_not_change_the_examples(checked, replaced, tmp_path, monkeypatch) -> None:
    asked: list[list[int]] = []

    def forward(x_0, t, alpha_bar, eps):
        asked[-1].append(t)
        return alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * eps

    (tmp_path / "full_of_constants.py").write_text(f"CONSTANTS = {list(range(1000))}\n")
    monkeypatch.syspath_prepend(tmp_path)
    for _ in range(2):
        asked.append([])
        checked(replaced({"a1.1.forward": forward}), "1.1", secret=b"secret")
        import_module("full_of_constants")
    assert asked[0] == asked[1]
    assert len(set(asked[0])) > 20


def test_the_users_pytest_settings_do_not_count(checked, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--maxfail=1 --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise SystemExit('loaded')\n")
    monkeypatch.chdir(tmp_path)
    assert checked(Local("course"), "1.1").statuses() == {"failed"}


def test_points_are_shared_by_weight(checked, replaced) -> None:
    found = checked(replaced({"a1.1.forward": WRONG["a1.1.forward"]}), "1.1")
    shares = {check.name.partition("::")[2]: check.possible for check in found.checks()}
    assert sum(shares.values()) == pytest.approx(3)
    assert shares["test_equation"] == pytest.approx(max(shares.values()))
    assert all(check.points in (0, check.possible) for check in found.checks())
