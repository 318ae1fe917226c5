"""What a result depends on has a say in its digest, and nothing else has."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from autograder import identity, syllabus
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.submissions import Submission
from autograder.syllabus import Syllabus

SECRET = b"a secret of this test"
VERSIONS = {"torch": "2.9.1"}
SUBMISSION = Submission("ada", {"part_a/s1.py": b"x = 1\n", "part_a/s2.py": b""}, ("a remark",))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a file of each kind."""
    for pattern in identity.CODE:
        path = tmp_path / pattern.replace("**", "deep").replace("*/", "part_x/").replace(
            "[0-9]*", "0one"
        ).replace("*", "one")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pattern)
    return tmp_path


def digest(root: Path, secret: bytes = SECRET, limits: Limits = Limits(), **versions: str) -> str:  # noqa: B008
    identity.code.cache_clear()
    return identity.terms(secret, limits, Isolation.SANDBOX, {**VERSIONS, **versions}, root)


def test_every_term_has_a_say(root: Path) -> None:
    digests = [
        digest(root),
        digest(root, b"another secret of it"),
        digest(root, limits=Limits(call_seconds=2.0)),
        digest(root, torch="2.9.2"),
        identity.terms(SECRET, Limits(), Isolation.PROCESS, VERSIONS, root),
    ]
    assert len(set(digests)) == len(digests)
    assert digest(root) == digests[0]


def test_every_file_of_code_has_a_say(root: Path) -> None:
    before, paths = {digest(root)}, list(root.rglob("*.py"))
    assert len(paths) == len(identity.CODE)
    for path in paths:
        path.write_text(path.read_text() + "# changed")
        before.add(digest(root))
        path.rename(path.with_name(path.name.replace("one", "two")))
        before.add(digest(root))
    renamed = sum("one" in path.name for path in paths)
    assert len(before) == 1 + len(paths) + renamed


def test_all_that_grades_is_among_the_code() -> None:
    folder = Path(identity.__file__).parent
    found = {path for pattern in identity.CODE for path in identity.ROOT.glob(pattern)}
    assert all(any(path.is_relative_to(folder / name) for path in found) for name in ("checks", "link"))
    assert folder / "misconceptions" / "part_a" in {path.parent for path in found}
    assert identity.ROOT / "solutions" / "part_a" / "s1_1_forward.py" in found
    assert not any(path.is_relative_to(identity.ROOT / "solutions" / "emoji_if") for path in found)


def test_words_in_the_table_have_no_say_but_points_have(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, before = syllabus.load(), digest(root)

    def with_first(**changes: object) -> Syllabus:
        first = table.sections[0]
        exercise = replace(first.exercises[0], **changes)  # type: ignore[arg-type]
        return replace(table, sections=(replace(first, exercises=(exercise,)), *table.sections[1:]))

    monkeypatch.setattr(syllabus, "load", lambda: with_first(hints=("another",)))
    assert digest(root) == before
    monkeypatch.setattr(syllabus, "load", lambda: with_first(points=49))
    assert digest(root) != before


def test_every_bit_of_a_submission_has_a_say() -> None:
    files = dict(SUBMISSION.files)
    others = [
        SUBMISSION,
        replace(SUBMISSION, remarks=()),
        replace(SUBMISSION, files={**files, "part_a/s1.py": b"x = 2\n"}),
        replace(SUBMISSION, files={"part_a/s1.py": b"", "part_a/s2.py": b"x = 1\n"}),
        replace(SUBMISSION, files={"part_a/s1.py": b"x = 1\n"}),
        replace(SUBMISSION, files={"part_a/s1.py": b"x = 1\n4:part_a/s2.py", "": b""}),
    ]
    assert len({identity.key(each, "terms") for each in others}) == len(others)
    assert identity.key(SUBMISSION, "other terms") != identity.key(SUBMISSION, "terms")


def test_what_a_submission_is_called_and_the_order_of_files_have_none() -> None:
    turned = MappingProxyType(dict(reversed(SUBMISSION.files.items())))
    assert identity.key(replace(SUBMISSION, student="kim", files=turned), "t") == identity.key(
        SUBMISSION, "t"
    )


def test_strange_names_have_digests_too() -> None:
    assert identity.key(Submission("x", {"a\udcff": b"\x00"}, ("\ud800",)), "t")


def test_a_secret_is_not_told() -> None:
    print_ = identity.fingerprint(SECRET)
    assert len(print_) == 32
    assert print_ != identity.fingerprint(SECRET + b"!")
    assert SECRET.hex() not in print_


def test_without_solutions_there_is_a_digest(root: Path) -> None:
    shutil.rmtree(root / "solutions")
    assert digest(root)
