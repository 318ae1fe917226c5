"""The pages say what the reports say, to everybody, and nothing on them runs."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from autograder.reports import sections
from autograder.reports.pages import write_class_page, write_student_page
from autograder.reports.rendering import href, paragraphs, policy, prose
from autograder.results import Report, Status
from autograder.syllabus import Syllabus

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}\u202e\x07"


@pytest.fixture(scope="module")
def folder(
    classroom: list[Report],
    table: Syllabus,
    known_slips: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The pages of the whole invented class."""
    into = tmp_path_factory.mktemp("class")
    for report in classroom:
        write_student_page(report, table, into / report.student / "index.html", misconceptions=known_slips)
    write_class_page(classroom, table, into / "index.html", misconceptions=known_slips)
    return into


def evil(report: Report) -> Report:
    """Return the report with mischief in every field that holds text."""
    exercises = tuple(
        replace(
            exercise,
            name=EVIL,
            checks=tuple(
                replace(c, name=EVIL, sentence=EVIL, reason=EVIL, misconception=EVIL) for c in exercise.checks
            ),
        )
        for exercise in report.exercises
    )
    strange = replace(exercises[-1], key=f"{EVIL}.x", section=EVIL)
    return replace(
        report,
        student=EVIL,
        exercises=(*exercises, strange),
        isolation=EVIL,
        seeds=EVIL,
        versions={EVIL: EVIL},
        limits={EVIL: 1.0},
        remarks=(EVIL,),
        output=EVIL,
    )


def test_every_page_is_balanced_and_has_its_landmarks(folder: Path, parse: Any) -> None:
    for path in folder.rglob("*.html"):
        page = parse(path.read_text(encoding="utf-8"))
        assert page.faults == []
        for tag in ("html", "h1", "main", "footer", "title", "style"):
            assert len(page.all(tag)) == 1, tag
        assert page.all("html") == [{"lang": "en"}]
        assert all("scope" in heading for heading in page.all("th"))
        identifiers = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(identifiers) == len(set(identifiers))
        labels = [attributes.get("aria-labelledby") for _, attributes in page.tags]
        assert {label for label in labels if label} <= set(identifiers)


def test_styles_are_allowed_by_their_hash_and_scripts_never(folder: Path, parse: Any) -> None:
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        page = parse(text)
        [allowed] = [
            m["content"] for m in page.all("meta") if "content-security" in m.get("http-equiv", "").lower()
        ]
        [styles] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        assert allowed == policy(styles)
        assert allowed.startswith("default-src 'none'")
        assert "unsafe" not in allowed
        assert not page.all("script")
        assert not [name for _, a in page.tags for name in a if name == "style" or name.startswith("on")]


def test_every_link_leads_somewhere(folder: Path, parse: Any) -> None:
    for path in folder.rglob("*.html"):
        page = parse(path.read_text(encoding="utf-8"))
        identifiers = {attributes.get("id") for _, attributes in page.tags}
        for link in page.all("a"):
            file, _, anchor = link["href"].partition("#")
            assert (path.parent / unquote(file)).is_file() if file else anchor in identifiers


def test_class_page_links_to_every_student(folder: Path, classroom: list[Report], parse: Any) -> None:
    page = parse((folder / "index.html").read_text(encoding="utf-8"))
    links = [unquote(link["href"]) for link in page.all("a") if link["href"].startswith("./")]
    assert links == [f"./{report.student}/index.html" for report in classroom]


def test_html_in_any_field_stays_text(
    classroom: list[Report], table: Syllabus, tmp_path: Path, parse: Any
) -> None:
    report = evil(classroom[0])
    write_student_page(report, table, tmp_path / "student.html", misconceptions={EVIL: EVIL})
    write_class_page([report], table, tmp_path / "class.html", misconceptions={EVIL: EVIL})
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        page = parse(text)
        assert page.faults == []
        assert not page.all("script")
        assert not page.all("img")
        assert "<script>alert(1)</script>" in page.text
        assert "{{7*7}}" in page.text
        assert not set(text) & set("\u202e\x07")
        assert not [name for _, a in page.tags for name in a if name.startswith("on")]


def test_student_page_says_what_the_report_says(
    classroom: list[Report], table: Syllabus, folder: Path, parse: Any
) -> None:
    report = next(each for each in classroom if each.student == "ada")
    page = parse((folder / "ada" / "index.html").read_text(encoding="utf-8"))
    assert f"{report.total:g} of 100 points" in page.text
    for section in sections.by_section(report, table):
        assert section.title in page.text
    for symbol, status in (("✓", "passed"), ("✗", "failed"), ("–", "skipped")):
        count = sum(check.status == status for e in report.exercises for check in e.checks)
        assert f"{symbol} {count} {status}" in page.text
        assert page.text.count(f"{symbol} {status}") == count
    assert "A known slip: roots forgotten You weighted with" in page.text
    assert "Mend forward first" in page.text
    assert "torch 2.9.1" in page.text


def test_hints_are_there_for_what_fails_alone_and_folded(folder: Path, table: Syllabus, parse: Any) -> None:
    perfect = parse((folder / "olga" / "index.html").read_text(encoding="utf-8"))
    assert not perfect.all("details")
    assert "Everything passes" in perfect.text
    nothing = parse((folder / "nobody" / "index.html").read_text(encoding="utf-8"))
    assert nothing.all("details") == [{}] * sum(len(e.hints) for e in table.exercises())


def test_what_the_code_printed_is_folded_and_bounded(
    classroom: list[Report], table: Syllabus, tmp_path: Path, parse: Any
) -> None:
    write_student_page(replace(classroom[0], output="spam " * 99_999), table, tmp_path / "index.html")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert parse(text).faults == []
    assert "What the code printed" in text
    assert text.count("spam") == 4_000


def test_ungraded_is_said_and_is_no_zero(folder: Path, parse: Any) -> None:
    student = parse((folder / "liu wei" / "index.html").read_text(encoding="utf-8"))
    assert "Ungraded. The grader itself broke" in student.text
    assert "of 100 points" not in student.text
    page = parse((folder / "index.html").read_text(encoding="utf-8"))
    assert "liu wei ! ungraded" in page.text
    assert "Students by their share" in page.text


def test_empty_class_and_empty_report_have_pages(
    classroom: list[Report], table: Syllabus, tmp_path: Path, parse: Any
) -> None:
    write_class_page([], table, tmp_path / "class.html")
    write_student_page(replace(classroom[0], exercises=()), table, tmp_path / "student.html")
    assert "No submissions." in parse((tmp_path / "class.html").read_text(encoding="utf-8")).text
    assert "No exercise was graded." in parse((tmp_path / "student.html").read_text(encoding="utf-8")).text


def test_misconception_is_not_told_twice(
    classroom: list[Report], table: Syllabus, known_slips: dict[str, str], tmp_path: Path
) -> None:
    first = classroom[0].exercises[1]
    check = replace(first.checks[1], reason=f"Wrong. {known_slips['roots_forgotten']}")
    report = replace(classroom[0], exercises=(replace(first, checks=(check,)),))
    assert check.status is Status.FAILED
    write_student_page(report, table, tmp_path / "index.html", misconceptions=known_slips)
    assert (tmp_path / "index.html").read_text(encoding="utf-8").count("You weighted with") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`a<b` and *c&d*", "<code>a&lt;b</code> and <em>c&amp;d</em>"),
        ("2 * 3 * 4 and x*y*z", "2 * 3 * 4 and x*y*z"),
        ("f(*args, **kwargs)", "f(*args, **kwargs)"),
        ("one ` alone", "one ` alone"),
        ("`<b>", "`&lt;b&gt;"),
    ],
)
def test_prose_marks_code_and_stress_and_escapes_the_rest(text: str, expected: str) -> None:
    assert str(prose(text)) == expected


def test_paragraphs_know_code_by_its_indentation() -> None:
    assert paragraphs("Why.\n\na.py, line 1\n    x = 1\n\n\n") == [
        (False, "Why."),
        (True, "a.py, line 1\n    x = 1"),
    ]


@pytest.mark.parametrize("name", ["a b", "é", "a#b?c%20", "javascript:alert(1)", "bad\udc80"])
def test_addresses_stay_beside_the_page(name: str) -> None:
    assert re.fullmatch(r"\./[A-Za-z0-9%._~-]+", href(name))
    assert unquote(href(name), errors="surrogateescape") == f"./{name}"
