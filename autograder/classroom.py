"""A class graded into a folder: grades.csv, index.html, and a folder of results for every student."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import grading, identity, kept, syllabus
from autograder.adjustments import adjusting
from autograder.adjustments.adjusting import Adjustments
from autograder.claim import LOCK, claimed
from autograder.link.isolation import Isolation
from autograder.moves import Move, moved
from autograder.reports.grades import write_csv, write_results
from autograder.reports.pages import write_class_page, write_student_page
from autograder.results import Report, from_json
from autograder.submissions import Submission, told_apart

if TYPE_CHECKING:
    from rich.progress import Progress

SECRET = "secret.key"
RESULTS = "results.json"
OWN_FILES = ("grades.csv", "index.html", SECRET, LOCK, *adjusting.FILES)
KEPT = "This time the grader could not work; these are the results of an earlier run."


@dataclass(frozen=True)
class Grader:
    """How a class is graded.

    jobs: submissions at a time.  scheduler: the address of a dask cluster that grades in the place of this
    machine.  secret: the file with the class's secret; None: one in the class's folder.  regrade: whether to
    grade also what has not changed.  notice: told in a sentence what may be a slip.
    """

    jobs: int = 1
    scheduler: str | None = None
    secret: Path | None = None
    isolation: Isolation = Isolation.SANDBOX
    regrade: bool = False
    bars: "Progress | None" = None
    notice: Callable[[str], None] = lambda sentence: None


AS_IT_IS = Grader()


def grade(submissions: Sequence[Submission], out: Path, grader: Grader = AS_IT_IS) -> list[Report]:
    """Grade submissions into the folder `out` and return their reports, by the students' names.

    What has not changed since it was graded into this folder is not graded again, so that a killed run is
    taken up where it ended.  Where the grader cannot work, the results of an earlier run stay.  What people
    wrote into the files of `adjusting.FILES` there counts, and is never touched.  Raises ValueError, OSError;
    whatever was graded until then is kept.
    """
    with claimed(out):
        secret = grading.class_secret(grader.secret or out / SECRET)
        students = _students(submissions)
        adjustments = _adjustments(students, out, grader)
        reports = []
        for report in _reports(students, out, secret, grader):
            reports.append(adjusted := adjustments.applied(report))
            _write(adjusted, out)
        reports.sort(key=lambda report: report.student)
        write_csv(reports, syllabus.load(), out / "grades.csv")
        write_class_page(reports, syllabus.load(), out / "index.html")
        kept.forget(out)
    return reports


def compare(submissions: Sequence[Submission], out: Path, grader: Grader = AS_IT_IS) -> list[Move]:
    """Return whose grade would move if the submissions were graded into the folder `out`.

    No result there changes; what had to be graded is kept beside them, so that `grade` need not do it again.
    Raises ValueError, OSError.
    """
    path = grader.secret or out / SECRET
    if not path.exists():
        raise ValueError(f"{path} is not there, so there are no earlier grades to compare with; grade first")
    secret, students = grading.class_secret(path), _students(submissions)
    adjustments = _adjustments(students, out, grader)
    before = {submission.student: _earlier(out / submission.student / RESULTS) for submission in students}
    moves = []
    for report in _reports(students, out, secret, grader):
        earlier = before[report.student]
        if report.graded and (earlier is None or earlier.key != report.key):
            _keep(report, out, grader)
        move = moved(earlier, adjustments.applied(report))
        if move is not None:
            moves.append(move)
    return sorted(moves, key=lambda move: move.student)


def _keep(report: Report, out: Path, grader: Grader) -> None:
    try:
        kept.keep(report, out)
    except OSError as error:
        grader.notice(f"{report.student} will be graded again, for the report cannot be kept: {error}")


def _students(submissions: Sequence[Submission]) -> list[Submission]:
    return told_apart([_beside_own_files(submission) for submission in submissions])


def _beside_own_files(submission: Submission) -> Submission:
    """Return the submission under a name that is not one of the class's own files."""
    if submission.student.casefold() not in OWN_FILES:
        return submission
    return replace(submission, student=f"student-{submission.student}")


def _adjustments(students: Sequence[Submission], out: Path, grader: Grader) -> Adjustments:
    """Return what people decided, which may be about students who are in `out` from an earlier run only."""
    names = {submission.student for submission in students}
    graded = {path.parent.name for path in out.glob(f"*/{RESULTS}")}
    adjustments = adjusting.read(out, syllabus.load(), names | graded)
    for sentence in adjustments.oddities(names):
        grader.notice(sentence)
    return adjustments


def _reports(students: Sequence[Submission], out: Path, secret: bytes, grader: Grader) -> Iterator[Report]:
    """Yield every student's report without adjustments, those first that need not be graded again."""
    terms = grading.terms(secret, grader.isolation)
    keys = {submission.student: identity.key(submission, terms) for submission in students}
    earlier = {name: _plain(out / name / RESULTS) for name in keys}
    known = {} if grader.regrade else {name: _known(earlier[name], out, keys[name], name) for name in keys}
    changed = [submission for submission in students if known.get(submission.student) is None]
    if len(changed) < len(keys):
        grader.notice(f"{len(keys) - len(changed)} of {len(keys)} have not changed since they were graded")
    yield from (report for report in known.values() if report is not None)
    if changed:
        yield from _graded(changed, earlier, keys, secret, grader)


def _graded(
    changed: Sequence[Submission],
    earlier: Mapping[str, Report | None],
    keys: Mapping[str, str],
    secret: bytes,
    grader: Grader,
) -> Iterator[Report]:
    bars = grader.bars
    task = bars.add_task("grading", total=len(changed)) if bars else None
    jobs, scheduler, isolation = grader.jobs, grader.scheduler, grader.isolation
    for report in grading.grade_class(changed, secret, jobs=jobs, scheduler=scheduler, isolation=isolation):
        yield _counting(report, earlier[report.student], keys[report.student])
        if bars and task is not None:
            bars.advance(task)


def _counting(report: Report, earlier: Report | None, key: str) -> Report:
    """Return the report that counts: the new one, or an earlier one where the grader could not work."""
    if report.graded:
        return replace(report, key=key)
    return report if earlier is None else replace(earlier, remarks=(*earlier.remarks, KEPT))


def _write(report: Report, out: Path) -> None:
    """Write one student's page and results, the results last: where they are, the page is too."""
    lasting = replace(report, remarks=tuple(remark for remark in report.remarks if remark != KEPT))
    write_student_page(lasting, syllabus.load(), out / report.student / "index.html")
    write_results(lasting, out / report.student / RESULTS)


def _known(earlier: Report | None, out: Path, key: str, student: str) -> Report | None:
    """Return the report that is known already: a result, or what a comparison has kept."""
    return earlier if earlier is not None and earlier.key == key else kept.find(out, key, student)


def _plain(path: Path) -> Report | None:
    """Return an earlier report as the checks left it; None where there is none that says something."""
    report = _earlier(path)
    plain = adjusting.plain(report) if report else None
    return plain if plain and plain.graded else None


def _earlier(path: Path) -> Report | None:
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        return None
