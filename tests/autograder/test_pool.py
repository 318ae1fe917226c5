"""Work in processes: one that dies takes nobody with it."""

import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from autograder import pool

WORK = '''
import os, signal
from pathlib import Path

def begin():
    pass

def work(item):
    """Double a number; raise at 3, die at 5 always, at 7 the first time."""
    if item == 3:
        raise ValueError("three")
    once = Path(__file__).with_name("once")
    if item == 5 or (item == 7 and not once.exists()):
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * item
'''


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A module that other processes can import too."""
    (tmp_path / "work_of_this_test.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "work_of_this_test", raising=False)
    import work_of_this_test  # type: ignore[import-not-found]

    return work_of_this_test


@pytest.mark.slow
def test_only_what_kills_its_process_alone_is_given_up(work) -> None:
    outcomes = list(pool.spread(work.work, range(10), 2, work.begin))
    assert sorted(item for item, _ in outcomes) == list(range(10))
    found = dict(outcomes)
    assert {item: found[item] for item in (0, 1, 2, 4, 6, 7, 8, 9)} == {
        i: 2 * i for i in (0, 1, 2, 4, 6, 7, 8, 9)
    }
    assert str(found[3]) == "three"
    assert isinstance(found[5], BrokenProcessPool)


def test_no_items_need_no_process(work) -> None:
    assert list(pool.spread(work.work, [], 2, work.begin)) == []


@pytest.mark.usefixtures("at_once")
def test_items_are_taken_when_there_is_room_for_them() -> None:
    taken: list[int] = []
    items = (taken.append(i) or i for i in range(100))
    outcomes = pool.spread(str, items, 3, lambda: None)
    next(outcomes)
    assert len(taken) <= 6
    outcomes.close()
    assert len(taken) <= 6
