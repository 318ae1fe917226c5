import io
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from autograder.release.errors import ReleaseError
from autograder.release.folders import MARKER, publish, zipped


def files(**contents: str) -> dict[PurePosixPath, bytes]:
    return {PurePosixPath(name.replace("__", "/")): text.encode() for name, text in contents.items()}


def present(into: Path) -> dict[str, str]:
    found = (path for path in into.rglob("*") if path.is_file() and path.name != MARKER)
    return {path.relative_to(into).as_posix(): path.read_text() for path in found}


def test_publishing_makes_the_folder_and_its_files(tmp_path: Path) -> None:
    publish(files(a="1", b__c="2"), tmp_path / "new" / "er")
    assert present(tmp_path / "new" / "er") == {"a": "1", "b/c": "2"}


def test_publishing_again_replaces_what_it_wrote_and_leaves_the_rest(tmp_path: Path) -> None:
    publish(files(a="1", b="2"), tmp_path)
    (tmp_path / "mine").write_text("3")
    publish(files(a="4", c="5"), tmp_path)
    assert present(tmp_path) == {"a": "4", "c": "5", "mine": "3"}
    publish(files(a="4", c="5"), tmp_path)
    assert present(tmp_path) == {"a": "4", "c": "5", "mine": "3"}


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("3")
    with pytest.raises(
        ReleaseError, match=r"is not empty and holds no earlier edition .*; choose a new folder"
    ):
        publish(files(a="1"), tmp_path)
    assert present(tmp_path) == {"mine": "3"}
    assert not (tmp_path / MARKER).exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1'])
def test_somebody_elses_marker_is_no_permission(tmp_path: Path, text: str) -> None:
    (tmp_path / MARKER).write_text(text)
    with pytest.raises(ReleaseError, match="is not empty and holds no earlier edition"):
        publish(files(a="1"), tmp_path)


@pytest.mark.parametrize("later", [files(a="new"), files(b="2")], ids=["to replace", "to delete"])
def test_a_file_that_was_changed_since_is_refused(tmp_path: Path, later: dict[PurePosixPath, bytes]) -> None:
    publish(files(a="1", b="2"), tmp_path)
    (tmp_path / "a").write_text("my work")
    with pytest.raises(ReleaseError, match=r"was changed since; move it away"):
        publish(later, tmp_path)
    assert present(tmp_path) == {"a": "my work", "b": "2"}


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    publish(files(a="1"), tmp_path)
    (tmp_path / "b").write_text("mine")
    with pytest.raises(ReleaseError, match="was not written by an earlier release"):
        publish(files(a="1", b="2"), tmp_path)
    (tmp_path / "b").unlink()
    (tmp_path / "b").mkdir()
    with pytest.raises(ReleaseError, match="was not written by an earlier release"):
        publish(files(a="1", b="2"), tmp_path)


def test_links_and_markers_that_lead_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    outside, into = tmp_path / "outside", tmp_path / "into"
    outside.mkdir()
    (outside / "a").write_text("1")
    publish(files(x="1"), into)
    (into / "b").symlink_to(outside)
    with pytest.raises(ReleaseError, match="leads out of"):
        publish(files(b__a="2"), into)
    marker = (into / MARKER).read_text()
    (into / MARKER).write_text(marker.replace('"x"', '"../outside/a"'))
    (into / "x").unlink()
    with pytest.raises(ReleaseError, match="leads out of"):
        publish(files(y="2"), into)
    assert (outside / "a").read_text() == "1"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReleaseError, match="holds no earlier edition"):
        publish(files(a="1"), tmp_path / "file")
    with pytest.raises(ReleaseError, match="choose a folder you may write to"):
        publish(files(a="1"), tmp_path / "file" / "below")


def test_a_publishing_that_broke_off_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.release import folders

    replace = folders._replace

    def failing(path: Path, content: bytes) -> None:
        if path.name == "c":
            raise OSError(28, "No space left on device", str(path))
        replace(path, content)

    publish(files(a="1", b="2"), tmp_path)
    monkeypatch.setattr(folders, "_replace", failing)
    with pytest.raises(ReleaseError, match="No space left on device"):
        publish(files(a="3", c="4"), tmp_path)
    monkeypatch.undo()
    publish(files(a="3", c="4"), tmp_path)
    assert present(tmp_path) == {"a": "3", "c": "4"}


def test_zip_has_the_same_bytes_whatever_the_order() -> None:
    first = zipped(files(a="1", b__c="2"), "course")
    assert first == zipped(dict(reversed(files(a="1", b__c="2").items())), "course")
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "course/a": b"1",
            "course/b/c": b"2",
        }
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
