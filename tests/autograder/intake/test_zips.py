"""Zips that were made to do harm, in ways that reading a submission does not show."""

import struct
import zipfile
from pathlib import Path

import pytest

from autograder.intake.archives import entries
from autograder.intake.entries import ArchiveError
from autograder.intake.zips import check_directory


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("part_a/s1_1_forward.py", "x = 1\n" * 100)
    return tmp_path / "a.zip"


def test_an_ordinary_zip_passes_and_is_read(archive: Path) -> None:
    check_directory(archive)
    with entries(archive) as items:
        assert [(entry.name, entry.read(600)) for entry in items] == [
            ("part_a/s1_1_forward.py", b"x = 1\n" * 100)
        ]


def test_a_long_table_of_contents_is_not_read(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    struct.pack_into("<I", data, data.rfind(b"PK\x05\x06") + 12, 5 * 2**20)
    archive.write_bytes(data)
    with pytest.raises(ArchiveError, match="too many files"):
        check_directory(archive)
    archive.write_bytes(bytes(data) + b"a comment" * 100)
    with pytest.raises(ArchiveError, match="too many files"):
        check_directory(archive)


def test_a_zip_of_the_large_kind_is_refused(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-22] + b"PK\x06\x07" + bytes(16) + archive.read_bytes()[-22:])
    with pytest.raises(ArchiveError, match="65,535"):
        check_directory(archive)


def test_content_that_is_larger_than_it_claims_is_named(archive: Path) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data.replace(struct.pack("<I", 600), struct.pack("<I", 6)))
    with entries(archive) as items:
        (entry,) = items
        with pytest.raises(ArchiveError, match="damaged"):
            entry.read(600)


def test_content_that_is_too_large_is_not_read(archive: Path) -> None:
    with entries(archive) as items:
        (entry,) = items
        with pytest.raises(ArchiveError, match="larger than"):
            entry.read(599)


def test_bytes_flipped_anywhere_are_an_error_or_content(archive: Path) -> None:
    whole = archive.read_bytes()
    for at in range(len(whole)):
        archive.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            with entries(archive) as items:
                for entry in items:
                    entry.read(2**20)
        except (ArchiveError, OSError):
            continue
