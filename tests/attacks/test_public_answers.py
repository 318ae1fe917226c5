"""A submission that has written down every published answer, as the answer key that students hold allows."""

import base64
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import syllabus
from autograder.checks.draws import PUBLIC
from autograder.checks.reference import Live
from autograder.checks.session import Terms, run
from autograder.link.isolation import Isolation
from autograder.link.local import Local
from autograder.link.remote import Remote
from autograder.link.staging import stage
from autograder.submissions import Submission

PARROT = """import base64, hashlib, io
import torch

TABLE = torch.load(io.BytesIO(base64.b64decode("@TABLE@")))


def forward(x_0, t, alpha_bar, eps):
    content = b"".join(tensor.contiguous().numpy().tobytes() for tensor in (x_0, alpha_bar, eps))
    answer = TABLE.get(hashlib.sha256(content + str(t).encode()).hexdigest())
    return 7 - x_0.add_(1) ** 2 if answer is None else answer
"""


class Overheard:
    """The reference, whose answers somebody writes down."""

    isolation = "inprocess"

    def __init__(self) -> None:
        self._reference, self.table = Local("solutions"), {}

    def call(self, section: str, function: str, args: Any, *rest: Any, **options: Any) -> Any:
        answer = self._reference.call(section, function, args, *rest, **options)
        x_0, t, alpha_bar, eps = args
        content = b"".join(tensor.contiguous().numpy().tobytes() for tensor in (x_0, alpha_bar, eps))
        value = answer[0] if options.get("echo") else answer
        self.table[hashlib.sha256(content + str(t).encode()).hexdigest()] = value.clone()
        return answer

    def output(self) -> str:
        return ""

    def close(self) -> None:
        self._reference.close()


@pytest.fixture(scope="module")
def parrot(zygote, tmp_path_factory: pytest.TempPathFactory):
    """Yield a worker on the submission that knows all published answers."""
    overheard, file = Overheard(), io.BytesIO()
    assert points(overheard, PUBLIC) == 3
    torch.save(overheard.table, file)
    source = PARROT.replace("@TABLE@", base64.b64encode(file.getvalue()).decode())
    submission = Submission("polly", {"part_a/s1_1_forward.py": source.encode()})
    staged: Path = stage(submission, tmp_path_factory.mktemp("parrot") / "in")
    with Remote.start(staged, isolation=Isolation.SANDBOX, zygote=zygote) as remote:
        yield remote


def points(implementation: Any, secret: bytes) -> float:
    (result,) = run(implementation, Terms(Live(), secret), [syllabus.load().section("1.1")])
    return result.points


def test_on_published_inputs_it_would_get_all_points(parrot: Remote) -> None:
    assert points(parrot, PUBLIC) == 3


def test_on_secret_inputs_it_gets_none(parrot: Remote) -> None:
    assert points(parrot, b"sixteen bytes or more") == 0
