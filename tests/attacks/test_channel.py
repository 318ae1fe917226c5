"""What hostile code may say to the grader: a wrong answer, or something that ends the conversation."""

from pathlib import Path

import pytest

from autograder.link.failures import Failure

CHANNEL = "s1_1_channel"
ENDS = {
    "forge_a_verdict": "unknown kind",
    "forge_an_answer": "",
    "answer_other_calls": "out of turn",
    "send_half_a_frame": "exit status 0",
    "announce_too_much": "too large",
    "dribble": "longer than 1 s",
    "flood_with_zeros": "not JSON",
    "flood_with_imports": "imports without end",
    "send_deep_json": "not JSON",
    "send_nan": "not JSON",
    "send_bad_tensors": "",
    "send_a_pickle": "not JSON",
    "call_what_was_never_lent": "never given",
    "close_everything": "",
    "exchange_the_serialiser": "",
    "answer_twice": "",
}


@pytest.mark.parametrize("attack", ENDS)
def test_it_is_no_answer(limited, graded, private: Path, attack: str) -> None:
    result = graded(limited, CHANNEL, attack)
    assert result.points == 0
    assert ENDS[attack] in result.checks[0].reason
    assert not (private / "pickled").exists()


def test_a_thread_that_goes_on_talking_disturbs_its_own_submission_only(limited, walled, responsive) -> None:
    assert responsive(walled)
    assert any(quiet(limited, responsive) for _ in range(5))


def quiet(remote, responsive) -> bool:
    try:
        return responsive(remote)
    except Failure:
        return False
