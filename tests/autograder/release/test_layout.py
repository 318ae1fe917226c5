from textwrap import dedent

import pytest

from autograder.release.errors import ReleaseError
from autograder.release.layout import Room, rooms
from autograder.syllabus import Exercise, Section


def section(number: str, *names: str) -> Section:
    module = f"part_a.s{number}"
    exercises = tuple(Exercise(f"a{number}.{n}", n, module, 1, (), ("h",)) for n in names)
    return Section(f"a{number}", "a", number, module, "Title", 5, exercises)


def divided(first: str, second: str = '"""Second."""\ndef g():\n    pass\n') -> list[Room]:
    sources = {"part_a.s1": dedent(first), "part_a.s2": dedent(second)}
    return rooms([section("1", "f"), section("2", "g")], sources, "studio = 1\n")


def test_given_code_exercises_and_demo_come_in_the_order_of_the_module() -> None:
    room, _ = divided(
        '''
        """First."""
        import os

        A = 1
        B = 2
        def f():
            return A
        def after():
            return f()
        def shown():
            return A + B
        def demo(studio):
            yield shown()
        '''
    )
    exercise = room.section.exercises[0]
    given = "import os\n\nA = 1"
    assert room.work == (given, (exercise, "def f():\n    return A"), "def after():\n    return f()")
    assert room.demo.split("\n")[0] == "B = 2"
    assert "def shown" in room.demo
    assert room.text == "First."


def test_what_another_section_imports_is_not_left_to_the_demo() -> None:
    first = '"""First."""\nA = 1\ndef f():\n    pass\ndef demo(s):\n    yield A\n'
    second = '"""Second."""\nfrom .s1 import A\nfrom torch import Tensor\ndef g():\n    return A\n'
    one, two = divided(first, second)
    assert one.work[0] == "A = 1"
    assert two.work[0] == "from torch import Tensor"


def test_imports_from_another_part_become_absolute() -> None:
    _, room = divided(
        '"""First."""\ndef f():\n    pass\n',
        '"""Second."""\nfrom ..part_b.s1 import h\ndef g():\n    return h\n',
    )
    assert room.work[0] == "from course.part_b.s1 import h"


def test_names_that_only_demos_read_may_meet() -> None:
    one, two = divided(
        '"""First."""\nA = 1\ndef f():\n    pass\ndef demo(s):\n    yield A\n',
        '"""Second."""\nA = 2\ndef g():\n    pass\ndef demo(s):\n    yield A\n',
    )
    assert (one.demo[:5], two.demo[:5]) == ("A = 1", "A = 2")


CLASHES = {
    "two helpers": ("def h():\n    return 1\n", "def h():\n    return 2\n", "line 4: h means something else"),
    "constants": ("A = 1\n", "A = 2\n", "line 4: A means something else in solutions/part_a/s1.py, line 4"),
    "imports": ("from a import x\n", "from b import x\n", "x means something else"),
    "demo's constant over a helper": (
        "def A():\n    pass\n",
        "A = 2\ndef demo(s):\n    yield A\n",
        "A means something else",
    ),
    "the notebook's own": ("studio = 2\n", "", "line 4: studio means something else in the setup cell"),
    "alias": ("from .s0 import a as b\n", "", "line 4: a notebook knows a by its own name only"),
    "star": ("from .s0 import *\n", "", "line 4: a notebook knows"),
    "module": ("from . import s0\n", "", "line 4: import names from a section's module"),
    "far": ("from ...a import s0\n", "", "line 4: import names from a section's module"),
    "late": ("def h():\n    from .s0 import x\n", "", "line 5: a relative import within a statement"),
}


@pytest.mark.parametrize("name", CLASHES)
def test_what_cannot_live_in_one_notebook_is_refused(name: str) -> None:
    first, second, message = CLASHES[name]
    with pytest.raises(ReleaseError, match=message):
        divided(f'"""1."""\ndef f():\n    pass\n{first}', f'"""2."""\ndef g():\n    pass\n{second}')


def test_the_same_definition_twice_is_no_clash() -> None:
    same = "import torch\nimport torch.nn\nA = 1\n"
    divided(f'"""1."""\n{same}def f():\n    return A\n', f'"""2."""\n{same}def g():\n    return A\n')
