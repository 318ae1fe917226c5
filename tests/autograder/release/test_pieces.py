import ast
from textwrap import dedent

import pytest

from autograder.release.errors import ReleaseError
from autograder.release.pieces import bound, docstring, joined, pieces

SOURCE = '''
    """Doc.

        x = 1
    """
    # about os
    import os
    import sys

    # about f

    @decorated
    # more
    def f():
        return 1
        # END SOLUTION

    Z = 1  # end
    # last words
'''


def parts(source: str) -> list[str]:
    return [part.text for part in pieces(dedent(source).removeprefix("\n"), "file.py")]


def test_pieces_hold_all_lines_but_the_docstring() -> None:
    assert parts(SOURCE) == [
        "# about os\nimport os",
        "import sys",
        "# about f\n\n@decorated\n# more\ndef f():\n    return 1\n    # END SOLUTION",
        "Z = 1  # end\n# last words",
    ]


def test_joined_keeps_the_blank_lines_between() -> None:
    source = dedent(SOURCE).removeprefix("\n")
    assert joined(pieces(source, "file.py")) == source.split('"""\n', 1)[1].strip("\n")


def test_without_a_docstring_nothing_is_lost() -> None:
    assert parts("# first\nx = 1\ny = 2\n") == ["# first\nx = 1", "y = 2"]


def test_docstring_keeps_its_indented_formulas() -> None:
    assert docstring(dedent(SOURCE), "file.py") == "Doc.\n\n    x = 1"


@pytest.mark.parametrize("source", ["x = 1", '"""   """'])
def test_missing_docstring_is_refused(source: str) -> None:
    with pytest.raises(ReleaseError, match=r"file.py, line 1: no module docstring"):
        docstring(source, "file.py")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import os.path", ["os"]),
        ("from os import path as p, sep", ["p", "sep"]),
        ("a, (b, *c) = d", ["a", "b", "c"]),
        ("a: int = [i for i in b]", ["a"]),
        ("class A:\n    x = 1", ["A"]),
        ("a.b = c", []),
    ],
)
def test_bound_names(source: str, names: list[str]) -> None:
    assert list(bound(ast.parse(source).body[0])) == names
