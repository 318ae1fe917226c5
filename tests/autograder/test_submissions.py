"""Submissions as students pack them, and as somebody might who means harm."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.submissions import Submission, SubmissionsError, discover, safe_name

CODE = b"def forward(x):\n    return x\n"
NAME = "part_a/s1_1_forward.py"


def write(path: Path, content: bytes = CODE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def pack(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def only(folder: Path) -> Submission:
    """Return the one submission in a folder."""
    (submission,) = discover(folder)
    return submission


@pytest.mark.parametrize("prefix", ["", "course/", "homework/", "homework/course/"])
def test_sections_are_found_however_they_are_wrapped(tmp_path: Path, prefix: str) -> None:
    write(tmp_path / "in/alice" / (prefix + NAME))
    pack(tmp_path / "in/bob.zip", {prefix + NAME: CODE, prefix + "part_b/s1_1_unet.py": b"y = 1\n"})
    alice, bob = discover(tmp_path / "in")
    assert (alice.student, dict(alice.files), alice.remarks) == ("alice", {NAME: CODE}, ())
    assert (bob.student, set(bob.files), bob.remarks) == ("bob", {NAME, "part_b/s1_1_unet.py"}, ())


def test_only_section_files_are_read(tmp_path: Path) -> None:
    files = [NAME, "part_a/helper.py", "extension/s1_ddim.py"]
    others = [
        "part_a/notes.txt",
        "part_a/deep/x.py",
        "toolkit/stage.py",
        "torch.py",
        ".git/part_a/x.py",
        "part_c/x.py",
    ]
    junk = ["__MACOSX/part_a/s1_1_forward.py", "part_a/._s1_1_forward.py", ".DS_Store", "part_a/.hidden.py"]
    for name in files + others + junk:
        write(tmp_path / "in/alice" / name)
    pack(tmp_path / "in/bob.zip", dict.fromkeys(files + others + junk, CODE))
    for submission in discover(tmp_path / "in"):
        assert sorted(submission.files) == sorted(files)
        assert [remark.partition(":")[0] for remark in submission.remarks] == ["torch.py is left out"]


def test_a_zip_made_elsewhere_is_read(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {"home\\part_a\\s1_1_forward.py": CODE})
    assert set(only(tmp_path).files) == {NAME}


def test_stray_files_among_the_submissions_are_ignored(tmp_path: Path) -> None:
    write(tmp_path / "alice" / NAME)
    for stray in ("grades.csv", ".DS_Store", "README.md", ".hidden/x", "__MACOSX/alice/x"):
        write(tmp_path / stray)
    assert only(tmp_path).student == "alice"


@pytest.mark.parametrize("content", [b"", b"points, please", b"PK\x05\x06", b"PK\x03\x04" + bytes(100)])
def test_a_zip_that_is_none_is_a_submission_without_files(tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "alice.zip", content)
    submission = only(tmp_path)
    assert (submission.student, dict(submission.files)) == ("alice", {})
    assert "alice.zip cannot be read" in submission.remarks[0]


def test_an_empty_folder_and_another_archive_are_submissions_without_files(tmp_path: Path) -> None:
    (tmp_path / "alice").mkdir()
    write(tmp_path / "bob.rar")
    alice, bob = discover(tmp_path)
    assert not alice.files
    assert "no section file was found" in alice.remarks[0]
    assert not bob.files
    assert "hand in a zip" in bob.remarks[0]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + CODE, CODE.replace(b"\n", b"\r\n")])
def test_editors_marks_are_accepted(tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "alice" / NAME, content)
    assert only(tmp_path).files[NAME] == content
    assert only(tmp_path).remarks == ()


def test_a_declared_encoding_is_accepted(tmp_path: Path) -> None:
    content = "#!/usr/bin/python\n# -*- coding: latin-1 -*-\nx = 'ü'\n".encode("latin-1")
    write(tmp_path / "alice" / NAME, content)
    assert (dict(only(tmp_path).files), only(tmp_path).remarks) == ({NAME: content}, ())


@pytest.mark.parametrize("content", ["x = 'ü'".encode("latin-1"), "x = 1".encode("utf-16"), b"x = 1\0"])
def test_another_encoding_is_remarked_upon(tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "alice" / NAME, content)
    assert f"{NAME} is not UTF-8" in only(tmp_path).remarks[0]


@pytest.mark.parametrize(
    "name", ["../part_a/s1_1_forward.py", "/part_a/x.py", "part_a/../part_a/x.py", "a/b/c/part_a/x.py"]
)
def test_paths_that_lead_elsewhere_are_not_followed(tmp_path: Path, name: str) -> None:
    pack(tmp_path / "a.zip", {name: b"y = 1\n", NAME: CODE})
    assert dict(only(tmp_path).files) == {NAME: CODE}


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.py", b"answer = 42\n")
    folder = tmp_path / "in"
    write(folder / "alice" / NAME)
    (folder / "alice/part_a/s1_2_blur.py").symlink_to(secret)
    write(tmp_path / "elsewhere/s1_1_unet.py")
    (folder / "alice/part_b").symlink_to(tmp_path / "elsewhere")
    (folder / "bob").symlink_to(folder / "alice")
    alice, bob = discover(folder)
    assert set(alice.files) == {NAME}
    assert alice.remarks == ("part_a/s1_2_blur.py is left out: it is a link or a device",)
    assert not bob.files
    assert "is a link" in bob.remarks[0]


def test_devices_are_not_opened(tmp_path: Path) -> None:
    write(tmp_path / "in/alice" / NAME)
    os.mkfifo(tmp_path / "in/alice/part_a/s1_2_blur.py")
    os.mkfifo(tmp_path / "in/bob.zip")
    alice, bob = discover(tmp_path / "in")
    assert set(alice.files) == {NAME}
    assert "a device" in alice.remarks[0]
    assert "neither a folder nor a file" in bob.remarks[0]


def test_a_link_in_a_zip_is_left_out(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("part_a/s1_2_blur.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr(NAME, CODE)
    assert set(only(tmp_path).files) == {NAME}
    assert "link" in only(tmp_path).remarks[0]


def test_a_bomb_is_left_out_without_being_unpacked(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {NAME: bytes(50 * 2**20), "part_a/s1_2_blur.py": CODE})
    assert set(only(tmp_path).files) == {"part_a/s1_2_blur.py"}
    assert "larger than 1 MB" in only(tmp_path).remarks[0]


def test_too_much_in_total_is_refused(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {f"part_a/x{number}.py": bytes(2**20) for number in range(21)})
    assert not only(tmp_path).files
    assert "larger than 20 MB together" in only(tmp_path).remarks[0]


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {f"part_a/x{number}.py": b"" for number in range(2_001)})
    assert not only(tmp_path).files
    assert "more than 2,000" in only(tmp_path).remarks[0]


def test_an_unusual_compression_is_left_out(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {NAME: CODE}, zipfile.ZIP_LZMA)
    assert "unusual way" in only(tmp_path).remarks[0]


def test_names_that_collide_are_told(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {NAME: CODE, "part_a/S1_1_Forward.py": b"y = 1\n"})
    assert dict(only(tmp_path).files) == {NAME: CODE}
    assert "occurs twice" in only(tmp_path).remarks[0]


def test_the_outermost_sections_count(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {"course/" + NAME: b"y = 1\n", NAME: CODE})
    assert dict(only(tmp_path).files) == {NAME: CODE}
    assert only(tmp_path).remarks == ("section files are in course too; those in the top folder count",)


def test_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path / "alice" / NAME)
    pack(tmp_path / "alice.zip", {NAME: CODE})
    write(tmp_path / "ALICE" / NAME)
    found = discover(tmp_path)
    assert len({submission.student.casefold() for submission in found}) == 3
    assert sum("another submission" in remark for one in found for remark in one.remarks) == 2


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Zoë Müller", "Zoë Müller"),
        ("a/b\\c:d", "a_b_c_d"),
        ("..", "unnamed"),
        (" .x. ", "x"),
        ("", "unnamed"),
        ("x" * 300, "x" * 100),
        ("a\n<b>", "a__b_"),
        ("a@b.edu", "a@b.edu"),
    ],
)
def test_a_students_name_is_safe_for_a_folder(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("kind", ["zip", "folder", "course"])
def test_a_single_submission_may_be_given(tmp_path: Path, kind: str) -> None:
    if kind == "zip":
        given = pack(tmp_path / "alice.zip", {NAME: CODE})
    else:
        given = tmp_path / "alice"
        write(given / ("course" if kind == "course" else "") / NAME)
    submission = only(given)
    assert (submission.student, dict(submission.files)) == ("alice", {NAME: CODE})


def test_a_place_without_submissions_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(SubmissionsError, match="does not exist; give"):
        discover(tmp_path / "nowhere")
    with pytest.raises(SubmissionsError, match="holds no submission; put"):
        discover(tmp_path)
    with pytest.raises(SubmissionsError, match=r"is not a zip.*give"):
        discover(write(tmp_path / "grades.csv"))
    with pytest.raises(SubmissionsError, match=r"no section file was found.*give"):
        discover(pack(tmp_path / "class.zip", {"notes.txt": b""}))
