"""`autograder similar` and `autograder export gradescope-autograder`: what they write and say."""

import sys
import zipfile
from pathlib import Path

import pytest

from autograder.cli import instructor

ROOT = Path(__file__).parents[3]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Return a function that runs the command in an empty folder and returns its code and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["autograder", *words])
        with pytest.raises(SystemExit) as ended:
            instructor.main()
        said = capsys.readouterr()
        return ended.value.code or 0, " ".join(said.out.split()), " ".join(said.err.split())

    return run


def hand_in(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name / "part_b").mkdir(parents=True)
        source = (ROOT / "solutions" / "part_b" / "s1_1_unet.py").read_bytes()
        (folder / name / "part_b" / "s1_1_unet.py").write_bytes(source)


def test_a_copy_is_named_and_nobody_is_scored(command, tmp_path: Path) -> None:
    hand_in(tmp_path / "class", "ada", "bob[red]")
    code, out, _ = command("similar", "class")
    assert code == 0
    assert "ada and bob_red_" in out
    assert "1 pairs of 2 submissions are flagged" in out
    assert "This flags, and never scores" in out
    assert "ada" in (tmp_path / "similarity.html").read_text()


def test_a_file_that_cannot_be_compared_is_a_warning(command, tmp_path: Path) -> None:
    hand_in(tmp_path / "class", "ada")
    (tmp_path / "class" / "ada" / "part_b" / "s1_1_unet.py").write_text("def (")
    code, _, err = command("similar", "class", "--out", "page.html")
    assert code == 0
    assert "ada: part_b/s1_1_unet.py is not compared: it is no Python (SyntaxError)" in err


def test_a_missing_class_is_a_sentence(command) -> None:
    code, _, err = command("similar", "nowhere")
    assert code == 2
    assert "nowhere does not exist" in err


def test_the_archive_is_written_and_its_worth_said(command, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("a secret of this very test")
    words = ("export", "gradescope-autograder", "--secret", "secret.key")
    code, out, err = command(*words)
    assert (code, err) == (0, "")
    assert "give it to Gradescope and to nobody else" in out
    with zipfile.ZipFile(tmp_path / "gradescope-autograder.zip") as archive:
        assert archive.read("secret.key").strip() == b"a secret of this very test"
    code, _, err = command(*words, "--allow-process", "--out", "bare.zip")
    assert code == 0
    assert "can read the secret and the solutions" in err


def test_what_cannot_be_had_is_a_sentence(command, tmp_path: Path) -> None:
    for words in (("--secret", "no.key"), ("--visibility", "always"), ("--out", ".")):
        code, _, err = command("export", "gradescope-autograder", *words)
        assert code == 2, words
        assert "Error:" in err
        assert "Traceback" not in err
