"""Tarballs as students pack them, and as somebody might who means harm to `tarfile`."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from autograder.intake import tars
from autograder.intake.archives import entries
from autograder.intake.entries import ArchiveError
from autograder.submissions import Submission, discover

CODE = b"def forward(x):\n    return x\n"
NAME = "part_a/s1_1_forward.py"


def pack(path: Path, files: dict[str, bytes], **options: object) -> Path:
    kind = path.name.rpartition(".")[2].replace("tgz", "gz")
    with tarfile.open(path, "w" if kind == "tar" else f"w:{kind}", **options) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def only(folder: Path) -> Submission:
    (submission,) = discover(folder)
    return submission


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tgz", "tar.bz2", "tar.xz", "TAR.GZ"])
@pytest.mark.parametrize("style", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tarball_is_read(tmp_path: Path, kind: str, style: int) -> None:
    made = pack(
        tmp_path / f"zoe.{kind.lower()}", {f"./home/course/{NAME}": CODE, "x" * 90: b""}, format=style
    )
    made.rename(tmp_path / f"zoe.{kind}")
    submission = only(tmp_path)
    assert (submission.student, dict(submission.files), submission.remarks) == ("zoe", {NAME: CODE}, ())


def test_long_names_and_large_neighbours_do_no_harm(tmp_path: Path) -> None:
    files = {f"home/{'long/' * 60}x.py": CODE, "weights.safetensors": bytes(30 * 2**20), f"home/{NAME}": CODE}
    pack(tmp_path / "zoe.tar.gz", files)
    assert dict(only(tmp_path).files) == {NAME: CODE}


@pytest.mark.parametrize(
    "content", [b"", b"points, please", b"\x1f\x8b\x08\x00" + bytes(9), b"BZh9", b"\xfd7zXZ\0"]
)
@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_tarball_that_is_none_is_a_submission_without_files(
    tmp_path: Path, kind: str, content: bytes
) -> None:
    (tmp_path / f"zoe.{kind}").write_bytes(content)
    submission = only(tmp_path)
    assert (submission.student, dict(submission.files)) == ("zoe", {})
    assert f"zoe.{kind} cannot be read: it is" in submission.remarks[0]


def test_a_zip_by_another_name_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zoe.tar.gz", "w") as archive:
        archive.writestr(NAME, CODE)
    assert "it is not a tar.gz" in only(tmp_path).remarks[0]


def test_bytes_flipped_anywhere_are_an_error_or_content(tmp_path: Path) -> None:
    whole = pack(tmp_path / "zoe.tar", {NAME: CODE, "part_a/ü.py": CODE}).read_bytes().rstrip(b"\0") + bytes(
        1024
    )
    for at in range(0, len(whole), 5):
        for flip in (0xFF, 0x80):
            (tmp_path / "zoe.tar").write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
            try:
                with entries(tmp_path / "zoe.tar") as items:
                    for entry in items:
                        entry.read(2**20)
            except (ArchiveError, OSError):
                continue


@pytest.mark.parametrize("cut", [100, 512, 600, 1500])
def test_a_tarball_cut_short_is_told(tmp_path: Path, cut: int) -> None:
    whole = pack(tmp_path / "zoe.tar", {NAME: bytes(3000)}, format=tarfile.USTAR_FORMAT).read_bytes()
    (tmp_path / "zoe.tar").write_bytes(whole[:cut])
    submission = only(tmp_path)
    assert not submission.files
    assert "damaged" in submission.remarks[0] or "not a tarball" in submission.remarks[0]


def test_what_is_unpacked_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "LARGEST_UNPACKED", 2**20)
    pack(tmp_path / "zoe.tar.xz", {NAME: CODE, "zeros": bytes(2**20)})
    assert "unpacks to more than 1 MB" in only(tmp_path).remarks[0]
