"""A class graded undisturbed, and again by a grader that is killed in the middle and later once more.

Not part of a test run: COURSE_BENCHMARK=200 python -m pytest -s tests/benchmarks/test_killed_grader.py
"""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

COUNT = int(os.environ.get("COURSE_BENCHMARK", "0"))
SHARES = (0.3, 0.7)
"""How much of the class is graded when the grader is killed."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(7_200),
    pytest.mark.skipif(not COUNT, reason="a benchmark; COURSE_BENCHMARK=200 runs it with 200 submissions"),
]


@pytest.fixture(scope="module")
def generated() -> ModuleType:
    """Return the benchmark that knows how to make a class."""
    path = Path(__file__).with_name("test_grading_speed.py")
    spec = importlib.util.spec_from_file_location("generated_class", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def command(submissions: Path, out: Path, key: Path) -> list[str]:
    options = ["--out", str(out), "--secret", str(key)]
    return [str(Path(sys.executable).with_name("autograder")), "grade", str(submissions), *options]


def graded(out: Path) -> int:
    return len(list(out.glob("*/results.json")))


def killed(submissions: Path, out: Path, key: Path, after: int) -> None:
    """Grade until `after` results are there, and then kill the grader alone, as nothing can prevent."""
    with subprocess.Popen(command(submissions, out, key), stdout=subprocess.DEVNULL) as process:
        while graded(out) < after and process.poll() is None:
            time.sleep(0.2)
        assert process.poll() is None, "it was done before it could be killed"
        process.send_signal(signal.SIGKILL)


def tree(folder: Path) -> dict[str, str]:
    """Return the texts in a folder, but for times and the lock."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]
    texts = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}
    times = re.compile(r'"seconds": [0-9.e-]+|<dt>time</dt><dd>[0-9.]+ s</dd>')
    return {name: times.sub("TIME", text) for name, text in texts.items()}


def test_killed_twice_it_ends_as_if_nothing_had_happened(generated: ModuleType, tmp_path: Path) -> None:
    submissions, key = tmp_path / "submissions", tmp_path / "secret.key"
    key.write_text("a secret of this test")
    for person in generated.people(COUNT):
        for name, content in person.submission().files.items():
            path = submissions / person.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    calm, troubled = tmp_path / "calm", tmp_path / "troubled"
    subprocess.run(command(submissions, calm, key), check=True, stdout=subprocess.DEVNULL)
    for share in SHARES:
        killed(submissions, troubled, key, int(share * COUNT))
        print(f"\nkilled with {graded(troubled)} of {COUNT} graded")
    subprocess.run(command(submissions, troubled, key), check=True, stdout=subprocess.DEVNULL)
    assert graded(calm) == COUNT
    assert tree(troubled) == tree(calm)
