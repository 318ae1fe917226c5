"""`autograder check-course`: what must hold of the course, and the mending of what is generated."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import safe_open

from autograder import syllabus
from autograder.checks.reference import ANSWER_KEY, AnswerKey, Live, Recorder, Reference
from autograder.checks.session import FOLDER, Terms, run
from autograder.link.local import Local
from autograder.release import generated
from autograder.results import ExerciseResult, Status

ROOT = Path(__file__).parents[1]
REMEDY = "run `autograder release`"


def problems() -> Iterator[str]:
    """Yield all that is wrong with the course, with its remedy; raises SyllabusError, ReleaseError."""
    table = syllabus.load()
    for path in generated.stale(ROOT):
        yield f"{path} is not what `solutions/` and the syllabus make of it; {REMEDY}"
    yield from _strays()
    yield from _unmet("solutions", AnswerKey(), f"with the answer key; {REMEDY}, or mend the reference")
    yield from _unmet("solutions", Live(), "on the published inputs; mend the reference or the check")
    yield from _outdated()
    for exercise in run(Local("course"), Terms(Live()), table.sections):
        for check in exercise.checks:
            if check.status is not Status.FAILED:
                yield f"{check.name}: the stub gets {check.status}; mend the check, so that it can fail"


def regenerate() -> list[Path]:
    """Write again what is generated and out of date: stubs, notebooks, README table, answer key."""
    written = generated.write(ROOT)
    if list(_outdated()) or list(_unmet("solutions", AnswerKey(), "")):
        recorder = Recorder()
        _reference(recorder)
        recorder.write()
        written.append(ANSWER_KEY)
    return written


def _strays() -> Iterator[str]:
    """Yield checks of no exercise: files of no section."""
    files = {FOLDER.joinpath(*_file(section.module)) for section in syllabus.load().sections}
    for path in sorted(FOLDER.glob("*/test_*.py")):
        if path not in files:
            yield f"{path.relative_to(FOLDER)} checks no section of the syllabus; rename or delete it"


def _unmet(package: str, reference: Reference, remedy: str) -> Iterator[str]:
    for exercise in run(Local(package), Terms(reference), syllabus.load().sections):
        if not exercise.checks:
            yield f"{exercise.key} has no check; write one in autograder/checks"
        for check in exercise.checks:
            if check.status is not Status.PASSED:
                yield f"{check.name}: the reference gets {check.status}, {check.reason} {remedy}"


def _outdated() -> Iterator[str]:
    """Yield answer key files that a recording made now would not equal in its labels and texts."""
    recorder = Recorder()
    _reference(recorder)
    with tempfile.TemporaryDirectory() as folder:
        recorder.write(Path(folder))
        for fresh in sorted(Path(folder).iterdir()):
            kept = ANSWER_KEY / fresh.name
            if not kept.exists() or _texts(kept) != _texts(fresh):
                yield f"the answer key {fresh.name} is out of date; {REMEDY}"


def _texts(path: Path) -> object:
    """Return all of an answer key but its numbers, which differ between machines in the last digits."""
    with safe_open(path, "pt") as file:
        answers = json.loads(file.metadata()["answers"])
    return {name: (sorted(entry["leaves"]), _told(entry["twins"])) for name, entry in answers.items()}


def _told(twins: list[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    return [(twin["name"], twin["message"], sorted(twin["leaves"])) for twin in twins]


def _reference(reference: Reference) -> tuple[ExerciseResult, ...]:
    return run(Local("solutions"), Terms(reference), syllabus.load().sections)


def _file(module: str) -> tuple[str, str]:
    folder, name = module.split(".")
    return folder, f"test_{name}.py"
