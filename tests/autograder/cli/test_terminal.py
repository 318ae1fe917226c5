"""What strangers wrote reaches a terminal as words only."""

import pytest

from autograder.cli import terminal
from autograder.results import CheckResult, ExerciseResult, Status


def test_a_reason_moves_no_cursor_and_turns_no_text_around(capsys: pytest.CaptureFixture[str]) -> None:
    reason = "\x1b]0;owned\x07\x1b[2J[bold]right\u202e\x9b31m\x08 x̂_0"
    check = CheckResult("c", "It is so.", Status.FAILED, 0.0, 1.0, reason)
    terminal.show([ExerciseResult("a1.1.forward", "forward", "a1.1", (check,))])
    said = capsys.readouterr().out
    assert "[bold]right31m x̂_0" in said
    assert not set("\x1b\x07\x08\x9b\u202e") & set(said)


def test_neither_does_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise ValueError("\x1b[31mred [link=http://evil.example]here[/link]")

    with pytest.raises(SystemExit):
        terminal.end_well(command)
    assert "red [link=http://evil.example]here[/link]" in capsys.readouterr().err.replace("\n", "")
