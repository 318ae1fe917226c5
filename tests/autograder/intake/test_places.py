"""Where files belong by their names, as students and their platforms spell them."""

import json
from pathlib import Path

import pytest

from autograder.intake.places import Kind, leads_out, owner, placed, section_file
from autograder.submissions import SubmissionsError, discover

CODE = b"x = 1\n"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("s1_1_forward.py", "part_a/s1_1_forward.py"),
        ("s1_1_unet.py", "part_b/s1_1_unet.py"),
        ("s4_ddim (2).py", "extension/s4_ddim.py"),
        ("s1_1_forward-1.py", "part_a/s1_1_forward.py"),
        ("s1_1_forward copy.py", "part_a/s1_1_forward.py"),
        ("forward.py", ""),
        ("s1_1_forward.txt", ""),
        ("s1_1_forwards.py", ""),
    ],
)
def test_a_section_is_known_by_its_files_name(name: str, file: str) -> None:
    assert section_file(name) == file


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("zoe_part_a.ipynb", ("zoe", "part_a.ipynb")),
        ("zoe müller - part_b (1).ipynb", ("zoe müller", "part_b.ipynb")),
        ("zoe.ipynb", ("zoe", "zoe.ipynb")),
        ("zoe_late_s1_7_1_own_images.py", ("zoe_late", "s1_7_1_own_images.py")),
        ("zoe_s1_7_sdedit-2.py", ("zoe", "s1_7_sdedit.py")),
        ("grade_everybody.py", None),
        ("grades.csv", None),
    ],
)
def test_a_lone_file_is_somebodys(name: str, whose: tuple[str, str] | None) -> None:
    assert owner(name) == whose


@pytest.mark.parametrize(
    ("path", "kind", "root"),
    [
        ("part_a/x.py", Kind.SECTION, ""),
        ("home/course/part_a/x.py", Kind.SECTION, "home/course"),
        ("home/s1_2_blur.py", Kind.LOOSE, "home"),
        ("course/notebooks/part_a.ipynb", Kind.NOTEBOOK, "course"),
        ("home/anything.ipynb", Kind.NOTEBOOK, "home"),
        ("part_a/torch.py", Kind.SHADOW, ""),
        ("home/sitecustomize.py", Kind.SHADOW, "home"),
    ],
)
def test_a_path_has_a_place(path: str, kind: Kind, root: str) -> None:
    place = placed(path)
    assert place is not None
    assert (place.kind, place.root) == (kind, root)


@pytest.mark.parametrize(
    "path", ["", "x.py", "a/b/part_a/x.py", ".git/part_a/x.py", "a/.ipynb_checkpoints/n.ipynb"]
)
def test_other_paths_have_none(path: str) -> None:
    assert placed(path) is None
    assert not leads_out(path)


@pytest.mark.parametrize("path", ["../x", "a/../x", "/x", "C:\\x", "a\\..\\x", "x\0.py"])
def test_paths_that_lead_out(path: str) -> None:
    assert leads_out(path)
    assert placed(path) is None


def test_lone_files_are_gathered_by_student(tmp_path: Path) -> None:
    for name in ("zoe_s1_1_forward.py", "zoe_s1_1_unet.py", "yann-s1_2_blur.py", "grades.csv", "helper.py"):
        (tmp_path / name).write_bytes(CODE)
    found = {submission.student: set(submission.files) for submission in discover(tmp_path)}
    assert found == {
        "zoe": {"part_a/s1_1_forward.py", "part_b/s1_1_unet.py"},
        "yann": {"part_a/s1_2_blur.py"},
    }


@pytest.mark.parametrize("name", ["s1_1_forward.py", "zoe_s1_1_forward.py"])
def test_a_single_file_may_be_given(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(CODE)
    (submission,) = discover(tmp_path / name)
    assert dict(submission.files) == {"part_a/s1_1_forward.py": CODE}


def test_a_folder_of_loose_files_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "s1_1_forward.py").write_bytes(CODE)
    (tmp_path / "s1_2_blur.py").write_bytes(CODE)
    (submission,) = discover(tmp_path)
    assert set(submission.files) == {"part_a/s1_1_forward.py", "part_a/s1_2_blur.py"}


def test_a_notebook_among_submissions_does_not_make_them_one(tmp_path: Path) -> None:
    (tmp_path / "part_a.ipynb").write_text("{}")
    for student in ("alice", "zoe"):
        (tmp_path / student / "part_a").mkdir(parents=True)
        (tmp_path / student / "part_a/s1_1_forward.py").write_bytes(CODE)
    assert [each.student for each in discover(tmp_path)] == ["alice", "part_a", "zoe"]


def test_a_single_notebook_that_holds_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "zoe.ipynb").write_text(json.dumps({"cells": []}))
    with pytest.raises(SubmissionsError, match="no cell with the name of an exercise"):
        discover(tmp_path / "zoe.ipynb")
