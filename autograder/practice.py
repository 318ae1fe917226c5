"""`course check`: a student's own files on their own machine, on the published inputs."""

from collections.abc import Sequence

from autograder import syllabus
from autograder.checks.reference import AnswerKey
from autograder.checks.session import Terms, run
from autograder.link.local import Local
from autograder.results import ExerciseResult
from autograder.syllabus import Section


def check(sections: Sequence[Section], package: str = "course") -> tuple[ExerciseResult, ...]:
    """Return the results of the student's files for these sections; without an answer key they are ungraded.

    package: "course", or "solutions" to try the reference where it is there.
    """
    return run(Local(package), Terms(AnswerKey()), sections)


def first_unpassed(results: Sequence[ExerciseResult]) -> ExerciseResult | None:
    """Return the first exercise that does not pass, in the order given; None when every one passes."""
    return next((result for result in results if not result.passed), None)


def worth(results: Sequence[ExerciseResult]) -> str:
    """Return in words the points earned and to be had; extra points, which come on top, by themselves."""
    table = syllabus.load()
    extra = [result for result in results if table.part(table.section(result.section).part).extra]
    usual = [result for result in results if result not in extra]
    sums = [(usual, "points"), (extra, "extra points")]
    return ", ".join(f"{_earned(group)} {kind}" for group, kind in sums if group) or "0 of 0 points"


def _earned(results: Sequence[ExerciseResult]) -> str:
    return f"{sum(r.points for r in results):g} of {sum(r.possible for r in results):g}"
