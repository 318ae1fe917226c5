"""The real nbgrader on our source notebooks."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.release.generated import generated_files, sections_of, syllabus_of, taught
from autograder.release.nbgrader_course import nbgrader_files
from autograder.syllabus import Part

ROOT = Path(__file__).parents[3]

pytest.importorskip("nbgrader")


def released(root: Path, into: Path, part: str) -> None:
    for path, text in nbgrader_files(root).items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", part]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    places = {"PATH": path, "HOME": str(into), "JUPYTER_CONFIG_DIR": str(into), "IPYTHONDIR": str(into)}
    done = subprocess.run(
        command, cwd=into, env=os.environ | places, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


PARTS = taught(syllabus_of(ROOT))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.folder)
def test_generated_assignment_is_the_students_notebook(tmp_path: Path, part: Part) -> None:
    name = part.folder
    released(ROOT, tmp_path / "nbgrader", name)
    theirs = json.loads((tmp_path / f"nbgrader/release/{name}/{name}.ipynb").read_text(encoding="utf-8"))
    ours = json.loads(generated_files(ROOT)[Path(f"course/notebooks/{name}.ipynb")])
    for cell in theirs["cells"]:
        cell["metadata"].get("nbgrader", {}).pop("checksum", None)
    assert theirs["cells"] == ours["cells"]
    with sqlite3.connect(tmp_path / "nbgrader/gradebook.db") as gradebook:
        points = dict(gradebook.execute("select name, max_score from base_cell join grade_cells using (id)"))
    exercises = [e for section in sections_of(part, syllabus_of(ROOT)) for e in section.exercises]
    assert points == {f"check-{e.key.replace('.', '-')}": e.points for e in exercises}
