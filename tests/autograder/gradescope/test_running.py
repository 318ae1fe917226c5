"""`run_autograder` itself, on a container's folders elsewhere: sandboxed, refused, or bare by choice."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from autograder import grading, syllabus
from autograder.gradescope import running
from autograder.gradescope.archive import archive
from autograder.gradescope.settings import Settings, to_json
from autograder.link.isolation import Isolation
from autograder.link.selftest import available
from autograder.results import CheckResult, ExerciseResult, Report, Status

ROOT = Path(__file__).parents[3]
KEY = b"a secret of this very test"


def container(root: Path, settings: Settings, solved: str = "solutions") -> Path:
    """Unpack an archive as Gradescope does, with a submission, and this environment for one of its own."""
    (root.parent / "key").write_bytes(KEY)
    zipfile.ZipFile(BytesIO(archive(ROOT, settings, root.parent / "key"))).extractall(root / "source")
    for name in ("submission", "results", "environment/bin"):
        (root / name).mkdir(parents=True)
    for part in syllabus.load().parts:
        shutil.copytree(ROOT / solved / part.folder, root / "submission" / part.folder)
    python = root / "environment" / "bin" / "python"
    path = f"PYTHONPATH={root}/source/project"
    python.write_text(f'#!/bin/sh\n{path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    (root / "run_autograder").chmod(0o755)
    return root


def run_autograder(root: Path, path: str = "") -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run the script; return how it ended, and the results."""
    environment = {
        "PATH": path or os.environ["PATH"],
        "AUTOGRADER_ROOT": str(root),
        "OMP_NUM_THREADS": "1",
        "HOME": str(root),
    }
    command = [str(root / "run_autograder")]
    ended = subprocess.run(
        command, env=environment, cwd=root, capture_output=True, text=True, check=False, timeout=280
    )
    return ended, json.loads((root / "results" / "results.json").read_text())


def without_bubblewrap(folder: Path) -> str:
    """Return a PATH on which there is a shell and nothing else."""
    folder.mkdir()
    for name in ("bash", "sh", "env"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return str(folder)


@pytest.mark.slow
@pytest.mark.skipif(bool(available()), reason="there is no sandbox")
def test_the_reference_gets_full_points_in_the_sandbox(tmp_path: Path) -> None:
    ended, results = run_autograder(container(tmp_path / "root", Settings("after_published")))
    assert ended.returncode == 0, ended.stderr
    assert results["score"] == sum(part.points for part in syllabus.load().parts)
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert {test["visibility"] for test in results["tests"]} == {"after_published"}
    assert results["extra_data"]["isolation"] == "sandbox"
    assert results["extra_data"]["seeds"] == "secret"
    assert results["output"] == ""
    assert KEY.decode() not in json.dumps(results) + ended.stdout + ended.stderr


def test_without_a_sandbox_it_says_so_and_gives_no_zero(tmp_path: Path) -> None:
    root = container(tmp_path / "root", Settings())
    ended, results = run_autograder(root, without_bubblewrap(tmp_path / "bin"))
    assert ended.returncode == 2
    assert "The sandbox cannot be used in this container: bubblewrap (bwrap) is not there" in ended.stderr
    assert "--allow-process" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "not your fault" in results["output"]
    assert not {"score", "tests"} & results.keys(), "no score, so that Gradescope records none"


@pytest.mark.slow
def test_it_falls_back_where_the_instructor_chose_so(tmp_path: Path) -> None:
    root = container(tmp_path / "root", Settings(process_allowed=True), solved="course")
    ended, results = run_autograder(root, without_bubblewrap(tmp_path / "bin"))
    assert ended.returncode == 0, ended.stderr
    assert "The sandbox cannot be used in this container" in ended.stderr
    assert results["output"].startswith(running.BARE)
    assert results["extra_data"]["isolation"] == "process"
    assert results["score"] == 0
    assert {test["status"] for test in results["tests"]} == {"failed"}


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A container's folders without the project."""
    (tmp_path / "source").mkdir()
    (tmp_path / "submission" / "part_a").mkdir(parents=True)
    (tmp_path / "submission" / "part_a" / "s1_1_forward.py").write_text("x = 1\n")
    (tmp_path / "source" / "settings.json").write_text(to_json(Settings()))
    (tmp_path / "source" / "secret.key").write_bytes(KEY)
    return tmp_path


def graded_as(monkeypatch: pytest.MonkeyPatch, status: Status) -> list[tuple[Any, ...]]:
    """Let every submission be graded with one check of this status; return what the grader was asked."""
    asked: list[tuple[Any, ...]] = []

    def grade(submission: Any, secret: bytes, isolation: Isolation) -> Report:
        asked.append((dict(submission.files), secret, isolation))
        check = CheckResult("c", "It works.", status, 0.0, 3.0, "the grader could not work: /secret/place")
        exercise = ExerciseResult("a1.1.forward", "forward", "a1.1", (check,))
        return Report("submission", (exercise,), 0.0, 50.0, isolation.value, "secret")

    monkeypatch.setattr(grading, "grade", grade)
    monkeypatch.setattr(running, "available", lambda: "")
    return asked


def written(root: Path) -> dict[str, Any]:
    return json.loads((root / "results" / "results.json").read_text())


def test_the_submission_and_the_secret_reach_the_grader(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = graded_as(monkeypatch, Status.FAILED)
    assert running.run(prepared) == ""
    assert asked == [({"part_a/s1_1_forward.py": b"x = 1\n"}, KEY, Isolation.SANDBOX)]
    assert written(prepared)["score"] == 0


def test_a_broken_grader_gives_no_zero_and_tells_students_nothing(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded_as(monkeypatch, Status.UNGRADED)
    assert "a1.1.forward: the grader could not work: /secret/place" in running.run(prepared)
    assert written(prepared) == json.loads(running._told(running.TELL))


@pytest.mark.parametrize("lacking", ["source/settings.json", "source/secret.key", "submission"])
def test_what_lacks_is_named(prepared: Path, monkeypatch: pytest.MonkeyPatch, lacking: str) -> None:
    graded_as(monkeypatch, Status.PASSED)
    (prepared / lacking).rename(prepared / "elsewhere")
    assert lacking.rpartition("/")[2] in running.run(prepared)
    assert "score" not in written(prepared)
    assert not (prepared / "source" / "secret.key").exists() or lacking != "source/secret.key"
