"""A reference that remembers: the same answers, each worked out once, and none for another question."""

from dataclasses import replace

import pytest
import torch

from autograder import syllabus
from autograder.checks import remembering
from autograder.checks.draws import Draw
from autograder.checks.outcome import Call
from autograder.checks.reference import Live
from autograder.checks.remembering import Remembering, fingerprint
from autograder.link.local import Local
from autograder.link.networks import Network, Pixelwise
from autograder.link.trials import Trial

FORWARD = syllabus.load().exercise("a1.1.forward")


class Counting(Live):
    """The reference, counting how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def expected(self, *question):
        self.asked += 1
        return super().expected(*question)

    def twins(self, *question):
        self.asked += 1
        yield from super().twins(*question)


def question(seed: int = 0) -> tuple:
    draw = Draw(b"secret", str(seed))
    return "check", 0, FORWARD, Call((draw.images(), 500, draw.alpha_bar(), draw.noise()), {}), None


def test_a_second_submission_costs_no_second_answer_and_gets_the_same_results(checked) -> None:
    counting = Counting()
    memory = Remembering(counting)
    first = checked(Local("solutions"), "1.6", reference=memory, secret=b"secret")
    answered = counting.asked
    second = checked(Local("solutions"), "1.6", reference=memory, secret=b"secret")
    live = checked(Local("solutions"), "1.6", reference=Live(), secret=b"secret")
    assert answered > 0
    assert counting.asked == answered
    plain = [[replace(check, seconds=0) for check in found.checks()] for found in (first, second, live)]
    assert plain[0] == plain[1] == plain[2]


def test_another_secret_asks_anew(checked) -> None:
    counting = Counting()
    memory = Remembering(counting)
    checked(Local("solutions"), "1.1", reference=memory, secret=b"secret")
    answered = counting.asked
    checked(Local("solutions"), "1.1", reference=memory, secret=b"another secret")
    assert counting.asked == 2 * answered


def test_known_mistakes_are_recognised_from_memory_too(checked, replaced) -> None:
    def swapped(x_0, t, alpha_bar, eps):
        return (1 - alpha_bar[t]).sqrt() * x_0 + alpha_bar[t].sqrt() * eps

    memory = Remembering(Live())
    runs = [
        checked(replaced({"a1.1.forward": swapped}), "1.1", reference=reference, secret=b"secret")
        for reference in (Live(), memory, memory)
    ]
    told = [[(c.name, c.status, c.misconception) for c in run.checks()] for run in runs]
    assert any(name for _, _, name in told[0])
    assert told[0] == told[1] == told[2]


def test_the_number_of_the_question_makes_no_difference() -> None:
    counting = Counting()
    memory = Remembering(counting)
    _, _, *rest = question()
    memory.expected("check", 0, *rest)
    memory.expected("another", 7, *rest)
    assert counting.asked == 1


def test_it_does_not_remember_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_KEPT", 3)
    counting = Counting()
    short = Remembering(counting)
    for seed in (0, 1, 2, 0, 3, 0):
        short.expected(*question(seed))
    assert counting.asked == 5


SCENE = Draw(b"secret", "scene")
ORACLE = SCENE.oracle(SCENE.alpha_bar())
IMAGE = SCENE.images()
KNOWN = {
    "values": (IMAGE, 1),
    "dtype": (IMAGE.double(), 1),
    "shape": (IMAGE.reshape(1, 6, 8, 8), 1),
    "strides": (IMAGE.transpose(2, 3), 1),
    "numbers": (IMAGE, 2),
    "kinds": (IMAGE, 1.0),
    "truth": (IMAGE, True),
    "nesting": ((IMAGE, 1),),
    "a list": ([IMAGE, 1],),
    "gradients": (IMAGE.clone().requires_grad_(), 1),
    "a unet": (ORACLE.unet,),
    "a stage": (ORACLE.stage(),),
    "its spread": (replace(ORACLE, spread=0.1).unet,),
    "its seed": (replace(ORACLE, seed=1).stage(),),
    "a generator": (torch.Generator().manual_seed(1),),
    "another generator": (torch.Generator().manual_seed(2),),
    "a network": (Pixelwise(0.1, 0.3),),
    "its mode": (Pixelwise(0.1, 0.3, training=False),),
}


def test_calls_that_differ_in_anything_are_told_apart() -> None:
    told = [fingerprint("a1.1.forward", Call(args, {}), None) for args in KNOWN.values()]
    told += [fingerprint("a1.2.blur_denoise", Call(KNOWN["values"], {}), None)]
    told += [fingerprint("a1.1.forward", Call(KNOWN["values"], {"t": 1}), None)]
    told += [fingerprint("a1.1.forward", Call(KNOWN["values"], {}), IMAGE)]
    trials = [Trial(((IMAGE,),)), Trial(((IMAGE,),), seed=30), Trial(((IMAGE + 1,),))]
    told += [fingerprint("a1.1.forward", Call(KNOWN["values"], {}, trial), None) for trial in trials]
    assert None not in told
    assert len(set(told)) == len(told)


def test_what_happened_to_an_oracle_makes_no_difference() -> None:
    def told() -> bytes | None:
        return fingerprint("a1.1.forward", Call((ORACLE.stage(),), {}), None)

    before = told()
    ORACLE.unet(IMAGE, 10, ORACLE.prompts[1].expand(2, -1, -1))
    assert ORACLE.steps
    assert told() == before


@pytest.mark.parametrize("argument", [lambda x: x, object(), Network(lambda x, training: x)])
def test_what_cannot_be_told_by_its_content_is_asked_every_time(argument: object) -> None:
    assert fingerprint("a1.1.forward", Call((argument,), {}), None) is None
    counting = Counting()
    memory = Remembering(counting)
    for _ in range(2):
        with pytest.raises(Exception, match=r".*"):
            memory.expected("check", 0, FORWARD, Call((argument,), {}), None)
    assert counting.asked == 2
