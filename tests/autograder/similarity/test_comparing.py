"""Copies are flagged however they are disguised; what was written apart is not."""

import random
import time
from collections.abc import Callable

import pytest

from autograder.similarity import comparing
from autograder.similarity.comparing import FEWEST_SHARING, FLAGGED, LEAST, compare, most_sharing
from autograder.submissions import Submission

Copying = Callable[[Submission, str], Submission]
APART = 0.2
"""What right solutions written apart may share; they are flagged from FLAGGED on."""


def test_a_renamed_copy_is_flagged_first(
    independent: list[Submission], given: dict[str, bytes], copied: Copying
) -> None:
    for original in independent:
        copy = copied(original, "copy")
        found = compare([*independent, copy], given)
        [pair] = found.pairs
        assert {pair.one, pair.other} == {original.student, "copy"}
        assert pair.share > 0.9
        assert len(pair.files) > 5


def test_solutions_written_apart_share_next_to_nothing(
    independent: list[Submission], given: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compare(independent, given).pairs == ()
    monkeypatch.setattr(comparing, "FLAGGED", 0.0)
    monkeypatch.setattr(comparing, "LEAST", 1)
    shares = [likeness.share for pair in compare(independent, given).pairs for likeness in pair.files]
    assert shares, "with no bounds at all there is something to see"
    assert max(shares) < APART < FLAGGED


def test_stubs_are_nobodys(given: dict[str, bytes]) -> None:
    untouched = [Submission(name, given) for name in ("one", "two")]
    assert compare(untouched, given).pairs == ()
    assert compare(untouched, {}).pairs != (), "without the stubs they would be flagged"


def test_a_short_answer_is_never_flagged(given: dict[str, bytes]) -> None:
    formula = b"alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * eps"
    answer = b"def forward(x_0, t, alpha_bar, eps):\n    return " + formula
    twins = [Submission(name, {"part_a/s1_1_forward.py": answer}) for name in ("one", "two")]
    assert compare(twins, given).pairs == ()


def invented(seed: int, functions: int = 12) -> bytes:
    """Return a module of functions that chance has written."""
    chance = random.Random(seed)
    names = [f"v{i}" for i in range(5)]
    calls = ["sqrt", "sum", "mean", "clamp", "flip", "view", "exp", "chunk", "roll", "cumsum"]

    def term(depth: int) -> str:
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(names)
        one, other = term(depth - 1), term(depth - 1)
        return chance.choice(
            [
                f"({one} + {other})",
                f"({one} * {other})",
                f"{one}.{chance.choice(calls)}({other})",
                f"({one})[{other}]",
            ]
        )

    lines = []
    for i in range(functions):
        lines.append(f"def f{i}({', '.join(names)}):")
        lines += [f"    {chance.choice(names)} = {term(3)}" for _ in range(8)]
        lines.append(f"    return {term(2)}")
    return "\n".join(lines).encode()


def test_what_many_share_is_common() -> None:
    shared = invented(0)
    students = [Submission(f"s{i}", {"part_a/s.py": shared}) for i in range(FEWEST_SHARING)]
    assert len(compare(students, {}).pairs) == FEWEST_SHARING * (FEWEST_SHARING - 1) / 2
    assert compare([*students, Submission("more", {"part_a/s.py": shared})], {}).pairs == ()
    assert [most_sharing(n) for n in (2, 20, 1000)] == [3, 5, 10]


def test_a_copied_part_is_found_beside_work_of_ones_own() -> None:
    """Padding does not hide a copy: the shorter file's share counts."""
    one = Submission("one", {"part_a/s.py": invented(1)})
    other = Submission("other", {"part_a/s.py": invented(1) + b"\n" + invented(2, 40)})
    [pair] = compare([one, other], {}).pairs
    assert pair.share > 0.9
    assert pair.shared >= LEAST


def test_the_order_of_submissions_means_nothing(
    independent: list[Submission], given: dict[str, bytes], copied: Copying
) -> None:
    everybody = [*independent, copied(independent[0], "b"), copied(independent[1], "a")]
    some = compare(everybody, given)
    others = compare(list(reversed(everybody)), given)
    assert [(p.one, p.other, p.shared, p.share) for p in some.pairs] == [
        (p.one, p.other, p.shared, p.share) for p in others.pairs
    ]
    assert len(some.pairs) == 2
    assert [pair.shared for pair in some.pairs] == sorted((p.shared for p in some.pairs), reverse=True)


HOSTILE = {
    "deep brackets": b"x = " + b"(" * 5000 + b")" * 5000,
    "a long chain": b"x = " + b"-" * 50_000 + b"1",
    "a long sum": b"x = " + b"1+" * 50_000 + b"1",
    "deep attributes": b"x" + b".y" * 50_000,
    "deep blocks": b"".join(b" " * i + b"if x:\n" for i in range(500)),
    "no Python": b"def f(:\n",
    "null bytes": b"x = 1\0",
    "no text": b"\xff\xfe\x00",
    "a huge file": b"x = 1\n" * 100_000,
    "a huge list": b"x = [" + b"0," * 99_000 + b"]",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_bounded_and_remarked(kind: str) -> None:
    bad = Submission("mallory", {"part_a/s.py": HOSTILE[kind], "part_a/t.py": invented(3)})
    good = Submission("ada", {"part_a/t.py": invented(3)})
    begun = time.monotonic()
    found = compare([bad, good], {})
    assert time.monotonic() - begun < 20
    assert len(found.pairs) == 1, "the others are compared all the same"
    if kind != "a huge list":
        assert [
            remark.startswith("mallory: part_a/s.py is not compared: it ") for remark in found.remarks
        ] == [True]


def test_too_many_files_are_remarked() -> None:
    files = {f"part_a/a{i}.py": b"x = 1\n" for i in range(comparing.MOST_FILES + 5)}
    found = compare([Submission("mallory", {**files, "part_a/z.py": invented(4)})], {"part_a/z.py": b""})
    assert found.remarks == ("mallory: 6 of 66 files are not compared: they are too many or too large",)
    assert "part_a/z.py" in found.prints, "the course's own files come first"


@pytest.mark.slow
def test_four_times_the_class_takes_about_four_times_as_long(
    independent: list[Submission], given: dict[str, bytes]
) -> None:
    """Every file of every student differs; all pairs would take 16 times as long."""
    base = independent[0].files

    def seconds(students: int) -> float:
        own = {i: f"\nown_{i} = {i}\n".encode() for i in range(students)}
        shared = {i: {"part_b/s1_1_unet.py": invented(max(i, 1), 6)} for i in own}
        files = {i: {name: source + own[i] for name, source in base.items()} | shared[i] for i in own}
        submissions = [Submission(f"s{i:04}", files[i]) for i in own]
        begun = time.process_time()
        found = compare(submissions, given)
        taken = time.process_time() - begun
        assert [(pair.one, pair.other) for pair in found.pairs] == [("s0000", "s0001")]
        return taken

    assert seconds(80) < 9 * seconds(20)
