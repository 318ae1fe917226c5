"""What a result depends on, as digests: equal digests, equal results."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

from autograder import syllabus
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.submissions import Submission
from autograder.syllabus import Syllabus

ROOT = Path(__file__).parents[1]
CODE = (
    "autograder/checks/**/*.py",
    "autograder/misconceptions/**/*.py",
    "autograder/link/*.py",
    "autograder/grading.py",
    "autograder/results.py",
    "course/toolkit/**/*.py",
    "solutions/*/s[0-9]*.py",
)
"""All code that has a say in a result, from the repository's root."""
SALT = b"the fingerprint of a class's secret"


def terms(
    secret: bytes, limits: Limits, isolation: Isolation, versions: Mapping[str, str], root: Path = ROOT
) -> str:
    """Return a digest of all that results depend on beside the submission; it does not tell the secret."""
    told = {
        "secret": fingerprint(secret),
        "limits": asdict(limits),
        "isolation": isolation.value,
        "versions": dict(versions),
        "code": code(root),
        "table": list(_worth(syllabus.load())),
    }
    return _digest(json.dumps(told, sort_keys=True).encode())


def key(submission: Submission, terms: str) -> str:
    """Return the digest of all that the result of a submission depends on: its files and the terms."""
    pieces = [terms.encode(), *(remark.encode("utf-8", "replace") for remark in submission.remarks), b"files"]
    for name, content in sorted(submission.files.items()):
        pieces += [name.encode("utf-8", "replace"), content]
    return _digest(b"".join(b"%d:%b" % (len(piece), piece) for piece in pieces))


def fingerprint(secret: bytes) -> str:
    """Return a digest of a secret that is slow to make, so that nobody finds a secret by trying many."""
    return hashlib.scrypt(secret, salt=SALT, n=2**14, r=8, p=1, dklen=16).hex()


@cache
def code(root: Path = ROOT) -> str:
    """Return a digest of the checks, the reference and all else that has a say in a result, as on disk."""
    paths = sorted({path for pattern in CODE for path in root.glob(pattern)})
    texts = [f"{path.relative_to(root).as_posix()} {_digest(path.read_bytes())}" for path in paths]
    return _digest("\n".join(texts).encode())


def _worth(table: Syllabus) -> Iterator[tuple[object, ...]]:
    """Yield what of the table has a say in a result: a hint that is worded better regrades nobody."""
    for exercise in table.exercises():
        yield exercise.key, exercise.name, exercise.module, exercise.points, exercise.needs
    for section in table.sections:
        yield section.key, section.label
    for part in table.parts:
        yield part.letter, part.points, part.extra


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
