"""How many submissions a minute: ours, sandboxed, against `nbgrader autograde` on the same checks.

Not part of a test run: COURSE_BENCHMARK=200 python -m pytest -s tests/benchmarks/test_grading_speed.py
grades 200 generated submissions, and has nbgrader grade a sample of the same as notebooks, without the
course's demo cells, which would only slow it down.  The sample leaves out loops without end, of which
nbgrader stops each cell only after 30 seconds.
"""

import ast
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder import grading, syllabus
from autograder.checks import misconceptions
from autograder.release.nbgrader_course import nbgrader_files
from autograder.submissions import Submission
from autograder.syllabus import Exercise

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("COURSE_BENCHMARK", "0"))
SAMPLE = 6
WANTED = 10
SECRET = b"nobody who hands in knows this secret"
HOSTILE = {
    "patches": "    torch.equal = torch.allclose = lambda *a, **k: True\n    return args[0]\n",
    "exits": "    __import__('os')._exit(0)\n",
    "leaves": "    raise SystemExit(0)\n",
    "prints": "    for _ in range(20_000):\n        print('full points ' * 20)\n    return 'full points'\n",
    "hoards": "    return [torch.ones(10**11) for _ in range(100)]\n",
    "reads": "    import solutions\n\n    return solutions\n",
    "connects": "    import socket\n\n    return socket.create_connection(('127.0.0.1', 9))\n",
    "loops": "    while True:\n        pass\n",
}
"""By kind what a function does instead of its work; all of it is harmless to nbgrader's machine too."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(7_200),
    pytest.mark.skipif(not COUNT, reason="a benchmark; COURSE_BENCHMARK=200 runs it with 200 submissions"),
]


@dataclass(frozen=True)
class Answer:
    """What somebody wrote in the place of an exercise, to be added to its file or cell."""

    exercise: Exercise
    text: str


@dataclass(frozen=True)
class Person:
    """Somebody who handed in the reference but for some answers."""

    name: str
    kind: str
    answers: tuple[Answer, ...]

    def submission(self) -> Submission:
        files = {
            f"part_a/{path.name}": path.read_bytes() for path in (ROOT / "solutions/part_a").glob("s*.py")
        }
        for answer in self.answers:
            files[f"{answer.exercise.module.replace('.', '/')}.py"] += f"\n\n{answer.text}".encode()
        return Submission(self.name, files)

    def notebook(self, solved: nbformat.NotebookNode) -> nbformat.NotebookNode:
        node = nbformat.from_dict(solved)
        for answer in self.answers:
            wanted = answer.exercise.key.replace(".", "-")
            cell = next(cell for cell in node.cells if cell.id == wanted)
            absolute = [line for line in answer.text.splitlines() if not line.startswith("from .")]
            cell.source += "\n\n" + "\n".join(absolute)
        return node


def people(count: int) -> list[Person]:
    """Return a class: one in ten right, eight wrong in one to six ways, one hostile."""
    chance, kinds = random.Random(29), iter(sorted(HOSTILE) * count)
    found = []
    for i in range(count):
        kind = "right" if i % 10 == 0 else "hostile" if i % 10 == 5 else "wrong"
        answers: tuple[Answer, ...] = ()
        if kind == "wrong":
            answers = tuple(chance.sample(mistakes(), chance.randint(1, 6)))
        elif kind == "hostile":
            kind = next(kinds)
            exercise = chance.choice([e for e in syllabus.load().exercises() if e.key.startswith("a1")])
            head = f"import torch\n\n\ndef {exercise.name}(*args, **kwargs):\n"
            answers = (Answer(exercise, head + HOSTILE[kind]),)
        found.append(Person(f"student-{i:04}", kind, answers))
    return found


@cache
def mistakes() -> list[Answer]:
    """Return every known wrong answer that can be written without the right one."""
    exercises = [exercise for exercise in syllabus.load().exercises() if exercise.key.startswith("a")]
    return [answer for exercise in exercises for answer in _mistaken(exercise)]


def _mistaken(exercise: Exercise) -> Iterator[Answer]:
    text = (ROOT / f"autograder/misconceptions/{exercise.module.replace('.', '/')}.py").read_text()
    nodes, lines = ast.parse(text).body, text.splitlines()
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    helpers = [node for node in functions.values() if not node.decorator_list]
    preface = list(_imports(nodes, exercise)) + [_segment(node, lines) for node in helpers]
    for misconception in misconceptions.of(exercise):
        node = functions[misconception.name]
        if exercise.name not in {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}:
            body = _segment(node, lines).replace(f"def {node.name}(", f"def {exercise.name}(", 1)
            yield Answer(exercise, "\n".join([*preface, "", "", body, ""]))


def _imports(nodes: list[ast.stmt], exercise: Exercise) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("solutions."):
            if node.module != f"solutions.{exercise.module}":
                yield ast.unparse(node).replace("from solutions.part_a.", "from .", 1)
        elif isinstance(node, ast.Import | ast.ImportFrom) and "autograder" not in ast.unparse(node):
            yield ast.unparse(node)


def _segment(node: ast.FunctionDef, lines: list[str]) -> str:
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def ours(crowd: list[Person]) -> float:
    """Return how many submissions a minute we grade, in the sandbox, on all cores."""
    kinds = {person.name: person.kind for person in crowd}
    submissions = [person.submission() for person in crowd]
    began = time.monotonic()
    reports = list(grading.grade_class(submissions, SECRET, jobs=len(os.sched_getaffinity(0))))
    seconds = time.monotonic() - began
    assert all(report.graded for report in reports)
    assert all((report.total == 50) is (kinds[report.student] == "right") for report in reports)
    slowest = sorted((report.seconds, kinds[report.student]) for report in reports)[-3:]
    print(f"\nours: {len(crowd)} in {seconds:.1f} s; the slowest: {slowest}")
    return 60 * len(crowd) / seconds


def theirs(crowd: list[Person], folder: Path) -> float:
    """Return how many submissions a minute `nbgrader autograde` grades."""
    for path, text in nbgrader_files(ROOT).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    source = folder / "source/part_a/part_a.ipynb"
    solved = nbformat.read(source, 4)
    solved.cells = [cell for cell in solved.cells if not cell.id.startswith(("demo", "setup"))]
    nbformat.write(solved, source)
    nbgrader(folder, "generate_assignment")
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")  # without our grader in its place
    for person in crowd:
        place = folder / f"submitted/{person.name}/part_a/part_a.ipynb"
        place.parent.mkdir(parents=True)
        nbformat.write(person.notebook(solved), place)
    began = time.monotonic()
    nbgrader(folder, "autograde")
    seconds = time.monotonic() - began
    assert all(executed(folder / f"autograded/{person.name}/part_a/part_a.ipynb") for person in crowd)
    print(f"nbgrader: {len(crowd)} in {seconds:.1f} s")
    return 60 * len(crowd) / seconds


def executed(notebook: Path) -> bool:
    """Tell whether a kernel has run every check of a notebook."""
    cells = nbformat.read(notebook, 4).cells
    return all(cell.execution_count for cell in cells if cell.id.startswith("check-"))


def nbgrader(folder: Path, command: str) -> None:
    """Run nbgrader; that it reports trouble with a notebook is part of its work."""
    places = {"HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder), "IPYTHONDIR": str(folder)}
    paths = {"PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(
        [sys.executable, "-m", "nbgrader", command, "part_a"],
        cwd=folder,
        env=os.environ | places | paths,
        capture_output=True,
        check=False,
    )


def test_ten_times_as_many_submissions_a_minute_as_nbgrader(tmp_path: Path) -> None:
    crowd = people(COUNT)
    sample = [person for person in crowd if person.kind != "loops"][:: max(1, COUNT // SAMPLE)][:SAMPLE]
    their_rate = theirs(sample, tmp_path / "course")
    graded = list((tmp_path / "course/autograded").glob("*/part_a/part_a.ipynb"))
    our_rate = ours(crowd)
    times = our_rate / their_rate
    print(f"{our_rate:.1f} a minute against {their_rate:.1f} ({len(graded)} graded), {times:.1f} times")
    assert times >= WANTED
