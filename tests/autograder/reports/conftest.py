"""An invented class: what the pages would get from grading it."""

from html.parser import HTMLParser

import pytest

from autograder import syllabus
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.syllabus import Syllabus

P, F, S, U = Status.PASSED, Status.FAILED, Status.SKIPPED, Status.UNGRADED
VOID = {"meta", "link", "img", "br", "hr", "input", "rect"}

MISCONCEPTIONS = {
    "roots_forgotten": "You weighted with ᾱ_t and 1 − ᾱ_t themselves. Both want a square root: variances "
    "add up, and it is the *squares* of the weights that are variances.",
    "weights_swapped": "The two weights of (A.2) have changed places. At t = 0 your result is pure noise.",
}
REASONS = {
    P: "",
    F: "The values differ: the largest difference is 0.732 at [0, 2, 11, 5], where 1.204 was "
    "expected and 0.472 came; `1e-4` is allowed.\n\nTried with t = 500 and an image of shape (2, 3, 16, 16).",
    S: "Not run: it needs `a1.3.estimate_noise`, which fails. Mend that first.",
    U: "The link broke: the worker's socket closed before the call was sent.",
}
RAISED = (
    "RuntimeError: The size of tensor a (64) must match the size of tensor b (3) at non-singleton "
    "dimension 3 (part_a/s1_4_iterative.py, line 61, in denoise_step)\n\n"
    "part_a/s1_4_iterative.py, line 84, in iterative_denoise\n"
    "    x_t = denoise_step(x_t, x0_hat, t, t_prime, ab)\n"
    "part_a/s1_4_iterative.py, line 61, in denoise_step\n    return from_clean * x0_hat + from_noisy * x_t.T"
)
SENTENCES = (
    "Returns an image of the shape, dtype and device that it got.",
    "Agrees with the closed form at every timestep.",
)


def exercise(entry: syllabus.Exercise, statuses: tuple[Status, ...]) -> ExerciseResult:
    """Return an invented outcome of an exercise with a check for each status."""
    each = entry.points / len(statuses)
    checks = tuple(
        CheckResult(
            f"test_{entry.name}_{i}",
            SENTENCES[i % 2],
            status,
            each if status is P else 0.0,
            each,
            RAISED if entry.name == "denoise_step" and status is F else REASONS[status],
            "roots_forgotten" if entry.name == "forward" and status is F else "",
            0.1,
        )
        for i, status in enumerate(statuses)
    )
    return ExerciseResult(entry.key, entry.name, entry.section, checks)


def report(student: str, skill: float, table: Syllabus, *, broken: str = "", **more: object) -> Report:
    """Return an invented report: with a skill in [0, 1], the later the exercise the less of it passes."""
    entries = list(table.exercises())
    results = []
    for place, entry in enumerate(entries):
        left = skill * 1.6 - place / len(entries)
        statuses = (P, P) if left > 0.55 else (P, F) if left > 0.3 else (F, S) if left > 0 else (S, S)
        results.append(exercise(entry, (U, U) if entry.key == broken else statuses))
    total = sum(each.points for each in results)
    known: dict[str, object] = {
        "isolation": "sandbox",
        "seeds": "secret",
        "versions": {"python": "3.11.2", "torch": "2.9.1", "course": "0.1.0"},
        "limits": {"seconds_a_call": 20.0, "memory_gib": 4.0},
        "seconds": 31.4,
    }
    return Report(student, tuple(results), total, 100.0, **{**known, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def table() -> Syllabus:
    return syllabus.load()


@pytest.fixture(scope="session")
def known_slips() -> dict[str, str]:
    return MISCONCEPTIONS


@pytest.fixture(scope="session")
def classroom(table: Syllabus) -> list[Report]:
    """A class with a perfect student, middling ones, one who broke the grader, and one who did nothing."""
    names = [
        "ada",
        "bence",
        "chiara",
        "dmitri",
        "émilie",
        "farid",
        "grace",
        "hiroshi",
        "inés",
        "jonas",
        "kwame",
    ]
    middling = [report(name, 0.35 + 0.06 * i, table) for i, name in enumerate(names)]
    shaken = report("liu wei", 0.6, table, broken="a1.7.sdedit")
    chatty = report(
        "maría josé",
        0.42,
        table,
        remarks=("notes.docx is not Python; left aside.", "s1_4_iterative.py is not UTF-8; read as Latin-1."),
        output="loading …\nx_t.shape = torch.Size([2, 3, 16, 16])\n" * 30,
    )
    return [*middling, shaken, chatty, report("nobody", 0.0, table), report("olga", 1.2, table)]


class Page(HTMLParser):
    """A page taken apart: its tags with their attributes, and every tag that is not closed as it should."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"{tag} is left open" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> at line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """What is written on the page, blanks made one."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="session")
def parse() -> type[Page]:
    """The class that takes pages apart."""
    return Page
