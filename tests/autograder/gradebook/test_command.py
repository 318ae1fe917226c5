"""`autograder export nbgrader` on the command line."""

import sys

import pytest

from autograder.cli import instructor

from .conftest import FORWARD, report


def command(*words: object) -> int:
    """Run `autograder export nbgrader …` and return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["autograder", "export", "nbgrader", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            instructor.main()
    return int(ended.value.code or 0)


def test_it_says_what_it_did(graded, url, capsys) -> None:
    grades = graded(report("ada"), report("bob", {FORWARD: 0.0}))
    assert command(grades, "--db", url) == 0
    assert "2 of 2 students have changed in it." in capsys.readouterr().out
    assert command(grades, "--db", url) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("0 of 2 students have changed in it. 2 students: sqlite://")


def test_an_unwritable_gradebook_ends_in_a_sentence(graded, capfd) -> None:
    assert command(graded(report("ada")), "--db", "sqlite:////nowhere/at/all.db") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert " ".join(err.split()).startswith(
        "Error: the gradebook sqlite:////nowhere/at/all.db: unable to open"
    )
