"""A folder of grades has one grader at a time, whatever becomes of it."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.claim import claimed
from autograder.reports import files

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from autograder.claim import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_grader_is_told_and_a_killed_one_forgotten(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(ValueError, match=r"another grader is at work on .*out; wait"),
            claimed(tmp_path / "out"),
        ):
            pytest.fail("both hold it")
        holder.send_signal(signal.SIGKILL)
    with claimed(tmp_path / "out"):
        pass


def test_a_folder_can_be_claimed_again_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), claimed(tmp_path):
        raise KeyError
    with claimed(tmp_path):
        pass


def test_what_a_killed_grader_half_wrote_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    half = [
        tmp_path / ".grades.csv.0123abcd.unfinished",
        tmp_path / "ada" / ".results.json.89abcdef.unfinished",
    ]
    mine = [tmp_path / ".notes.unfinished", tmp_path / "ada" / "x.0123abcd.unfinished", tmp_path / ".hidden"]
    for path in half + mine:
        path.write_text("half")
    with claimed(tmp_path):
        pass
    assert [path.exists() for path in half + mine] == [False] * 2 + [True] * 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_disk_that_refuses_is_told_with_the_remedy(tmp_path: Path, number: int) -> None:
    with (
        pytest.raises(OSError, match=r"out until now is kept: make room, or make it writable"),
        claimed(tmp_path / "out"),
    ):
        raise OSError(number, os.strerror(number))


def test_another_error_stays_itself(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"^$"), claimed(tmp_path):
        raise FileNotFoundError


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OSError, match="out"), claimed(tmp_path / "out"):
        pass


def test_on_a_full_disk_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.replace(tmp_path / "x", "old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.replace(tmp_path / "x", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_text() == "old"


FILLING = """
import sys
from pathlib import Path
from autograder.claim import claimed
from autograder.reports import files
from autograder.cli.terminal import end_well
def fill():
    with claimed(Path(sys.argv[1])):
        for number in range(1000):
            files.replace(Path(sys.argv[1]) / f"student{number}" / "results.json", "x" * 8000)
end_well(fill)
"""


DISKS = {
    "full": (["--size", str(2**18), "--tmpfs"], 1, "No space left on device"),
    "read-only": (["--ro-bind"], 2, "Read-only file system"),
}


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="the disks are made by bubblewrap")
@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_really_refuses(tmp_path: Path, disk: str) -> None:
    words, times, said = DISKS[disk]
    command = ["bwrap", "--dev-bind", "/", "/", *words, *[str(tmp_path)] * times]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    filling = [*command, sys.executable, "-c", FILLING, str(tmp_path)]
    ended = subprocess.run(filling, env=environment, capture_output=True, text=True)
    if "bwrap:" in ended.stderr:
        pytest.skip(ended.stderr)
    told = " ".join(ended.stderr.split())
    assert ended.returncode == 2
    assert said in told
    assert "is kept: make room, or make it writable, and grade again" in told
    assert "Traceback" not in told
