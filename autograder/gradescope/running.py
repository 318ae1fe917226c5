"""One submission graded in Gradescope's container: `python -m autograder.gradescope.running ROOT`.

ROOT is /autograder there: the archive is in ROOT/source, the submission in ROOT/submission, and the results
belong into ROOT/results/results.json.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from autograder import grading, syllabus
from autograder.exports import gradescope
from autograder.gradescope import settings as chosen
from autograder.gradescope.settings import Settings
from autograder.link.isolation import Isolation
from autograder.link.selftest import available
from autograder.reports import files
from autograder.reports.text import clean
from autograder.results import Report, Status
from autograder.submissions import Submission, read

UNGRADED = (
    "This submission is not graded, and that is not your fault: the autograder could not work. It gives no"
)
TELL = f"{UNGRADED} points, and takes none away. Your instructor can see why; hand in again when it works."
NO_SANDBOX = "The sandbox cannot be used in this container"
CHOOSE = "make the archive with --allow-process, or run `autograder grade` on a machine with a sandbox"
BARE = (
    "Note: there was no sandbox in this container. As the instructor chose for that case, the code ran in a "
    "process of its own, which keeps it from the checks but not from the container."
)


class UngradedError(Exception):
    """A submission cannot be graded here; the message tells the instructor why, and what to do."""


def grade(root: Path) -> Report:
    """Return the report on the submission in the container at `root`; raises UngradedError, never a zero."""
    try:
        settings = _settings(root)
        secret = _secret(root)
        submission = _submission(root)
    except (OSError, ValueError) as error:
        raise UngradedError(str(error)) from error
    isolation, notes = _isolation(settings)
    report = grading.grade(submission, secret, isolation=isolation)
    for exercise in report.exercises:
        for check in exercise.checks:
            if check.status is Status.UNGRADED:
                raise UngradedError(f"{exercise.key}: {check.reason}")
    return replace(report, remarks=(*notes, *report.remarks))


def run(root: Path) -> str:
    """Write the results of the submission at `root`, and return what the instructor should know, or "".

    Where it could not be graded the results hold no score, which Gradescope takes for an error of the
    autograder.  Raises OSError where they cannot be written.
    """
    results = root / "results" / "results.json"
    try:
        report = grade(root)
    except UngradedError as error:
        files.replace(results, _told(TELL))
        return f"The autograder could not work: {clean(str(error), gradescope.LONGEST)}"
    files.replace(results, gradescope.text(report, syllabus.load(), _settings(root).visibility))
    return "" if report.isolation == Isolation.SANDBOX else BARE


def main() -> None:
    """Run the command; exits with 2 where the submission could not be graded."""
    root = Path(sys.argv[1])
    try:
        said = run(root)
    except OSError as error:
        said = f"The autograder could not work: {error}"
    if said:
        sys.stderr.write(f"{said}\n")
    sys.exit(2 if said and said != BARE else 0)


def _settings(root: Path) -> Settings:
    return chosen.from_json((root / "source" / chosen.FILE).read_text(encoding="utf-8"))


def _secret(root: Path) -> bytes:
    path = root / "source" / chosen.SECRET
    if not path.is_file():
        raise ValueError(f"{path} is not there; make the archive again")
    return grading.class_secret(path)


def _submission(root: Path) -> Submission:
    folder = root / "submission"
    if not folder.is_dir():
        raise ValueError(f"{folder} is not there; Gradescope puts the submission into it")
    return read(folder.resolve())


def _isolation(settings: Settings) -> tuple[Isolation, tuple[str, ...]]:
    """Return how to hold the code here, and what to say of it; raises UngradedError where it must not run."""
    reason = available()
    if not reason:
        return Isolation.SANDBOX, ()
    if not settings.process_allowed:
        raise UngradedError(f"{NO_SANDBOX}: {reason}. To grade all the same, {CHOOSE}")
    sys.stderr.write(f"{NO_SANDBOX}: {reason}\n")
    return Isolation.PROCESS, (BARE,)


def _told(sentence: str) -> str:
    data = {
        "output": sentence,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
    }
    return json.dumps(data, indent=2) + "\n"


if __name__ == "__main__":
    main()
