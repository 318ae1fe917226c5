"""A stub comes back exactly as it was, and nothing that a student wrote is lost."""

import shutil
import zipfile
from pathlib import Path

import pytest

from autograder import syllabus
from autograder.pristine import ARCHIVE, NoStubError, is_untouched, place, reset, stub

ROOT = Path(__file__).parents[2]
SECTION = syllabus.load().section("1.1")
STUB = (ROOT / "course" / SECTION.file).read_bytes()
MINE = "def forward(x_0):  # π\r\n    return x_0\r\n".encode() + b"\xff"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with the section's solutions and an untouched stub."""
    for package in ("solutions", "course"):
        (tmp_path / package / "part_a").mkdir(parents=True)
        shutil.copy(ROOT / package / SECTION.file, tmp_path / package / SECTION.file)
    return tmp_path


@pytest.fixture
def edition(repository: Path) -> Path:
    """The same without solutions, but with an archive, whose stub is told apart by its text."""
    shutil.rmtree(repository / "solutions")
    (repository / ARCHIVE).parent.mkdir()
    with zipfile.ZipFile(repository / ARCHIVE, "w") as archive:
        archive.writestr(SECTION.file, "the edition's stub: ᾱ\n")
    return repository


def test_repository_makes_the_stub_from_its_solutions(repository: Path) -> None:
    assert stub(SECTION, repository).encode() == STUB


def test_edition_takes_the_stub_from_its_archive(edition: Path) -> None:
    assert stub(SECTION, edition) == "the edition's stub: ᾱ\n"


def test_a_stub_is_untouched_until_a_byte_changes(repository: Path) -> None:
    assert is_untouched(SECTION, repository)
    place(SECTION, repository).write_bytes(STUB + b"\n")
    assert not is_untouched(SECTION, repository)
    place(SECTION, repository).unlink()
    assert not is_untouched(SECTION, repository)


def test_students_file_stays_beside_the_stub_byte_for_byte(edition: Path) -> None:
    place(SECTION, edition).write_bytes(MINE)
    kept = reset(SECTION, edition)
    assert kept == edition / "course/part_a/s1_1_forward.py.1.bak"
    assert kept.read_bytes() == MINE
    assert place(SECTION, edition).read_bytes() == "the edition's stub: ᾱ\n".encode()


def test_no_reset_writes_over_an_earlier_one(repository: Path) -> None:
    for number in range(1, 12):
        place(SECTION, repository).write_text(f"version {number}")
        reset(SECTION, repository)
    found = {path.name: path.read_text() for path in place(SECTION, repository).parent.glob("*.bak")}
    assert found == {f"s1_1_forward.py.{number}.bak": f"version {number}" for number in range(1, 12)}


def test_a_deleted_file_comes_back_and_leaves_no_backup(repository: Path) -> None:
    place(SECTION, repository).unlink()
    assert reset(SECTION, repository) is None
    assert [path.name for path in place(SECTION, repository).parent.iterdir()] == ["s1_1_forward.py"]


@pytest.mark.parametrize("content", [None, b"no zip", b""])
def test_without_a_stub_nothing_changes(edition: Path, content: bytes | None) -> None:
    (edition / ARCHIVE).unlink() if content is None else (edition / ARCHIVE).write_bytes(content)
    place(SECTION, edition).write_bytes(MINE)
    with pytest.raises(NoStubError, match=r"stubs.zip is missing, damaged .* copy it again"):
        reset(SECTION, edition)
    assert [path.read_bytes() for path in place(SECTION, edition).parent.iterdir()] == [MINE]


def test_an_archive_without_the_section_is_named(edition: Path) -> None:
    with pytest.raises(NoStubError, match=r"without part_a/s1_2_blur.py"):
        stub(syllabus.load().section("1.2"), edition)


def test_a_full_disk_leaves_the_students_file(edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    place(SECTION, edition).write_bytes(MINE)
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        reset(SECTION, edition)
    assert place(SECTION, edition).read_bytes() == MINE
