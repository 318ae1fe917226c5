from pathlib import Path
from textwrap import dedent

import pytest
from nbformat.v4 import new_code_cell

from autograder.release.errors import ReleaseError
from autograder.release.generated import sections_of, solutions, syllabus_of
from autograder.release.pieces import pieces
from autograder.release.stubs import file_of, stub, stub_line
from autograder.syllabus import Exercise, Section

ROOT = Path(__file__).parents[3]
SECTION = Section(
    key="a1.1",
    part="a",
    number="1.1",
    module="part_a.s1_1_forward",
    title="Forward",
    minutes=5,
    exercises=(Exercise("a1.1.forward", "forward", "part_a.s1_1_forward", 1, (), ("hint",)),),
)
LINE = 'raise NotImplementedError("A 1.1 forward: yours to write; hints: course hint a1.1.forward")'


def made(body: str) -> str:
    return stub(dedent(body).removeprefix("\n"), SECTION)


def test_region_becomes_the_line_at_its_indentation_and_all_else_stays() -> None:
    source = '''
        """Text."""
        x = 1


        def forward(x):
            """Doc."""
            for y in x:
                # BEGIN SOLUTION
                z = y

                yield z
                # END SOLUTION
            return  # given


        # given, too
        '''
    expected = f'''
        """Text."""
        x = 1


        def forward(x):
            """Doc."""
            for y in x:
                {LINE}
            return  # given


        # given, too
        '''
    assert made(source) == dedent(expected).removeprefix("\n")


def test_end_marker_on_the_last_line_without_a_newline() -> None:
    source = "def forward(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION"
    assert stub(source, SECTION) == f"def forward(x):\n    {LINE}"


def test_methods_of_a_class_each_have_their_region(house: Path) -> None:
    part, *_ = syllabus_of(house).parts
    section, _ = sections_of(part, syllabus_of(house))
    text = stub(solutions(house, part, syllabus_of(house))[section.module], section)
    namespace: dict[str, object] = {"__name__": "stub"}
    exec(text, namespace)
    counter = namespace["Counter"]()  # type: ignore[operator]
    for call in (lambda: counter.add(1), counter.total, lambda: namespace["twice"](1)):  # type: ignore[operator]
        with pytest.raises(NotImplementedError, match=r"^A 1.1 (twice|Counter): "):
            call()
    with pytest.raises(ValueError, match="x < 0"):
        namespace["twice"](-1)  # type: ignore[operator]


BAD = {
    "nested": (
        "def forward(x):\n    # BEGIN SOLUTION\n    # BEGIN SOLUTION\n    pass\n    # END SOLUTION\n",
        "line 3: a region within that of line 2",
    ),
    "no end": ("def forward(x):\n    # BEGIN SOLUTION\n    pass\n", "line 2: the region has no end"),
    "no begin": (
        "def forward(x):\n    pass\n    # END SOLUTION\n",
        "line 3: # END SOLUTION without a beginning",
    ),
    "other spelling": (
        "def forward(x):\n    ### BEGIN SOLUTION\n    pass\n    # END SOLUTION\n",
        "line 2: '### BEGIN SOLUTION' would be a marker to nbgrader",
    ),
    "in prose": ('"""From BEGIN SOLUTION on."""\n', "line 1: .* would be a marker to nbgrader"),
    "module level": ("# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n", "line 1: a region outside a function"),
    "class body": (
        "class forward:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n",
        "line 2: a region outside a function",
    ),
    "leaves its function": (
        "def forward(x):\n    y = 1\n    # BEGIN SOLUTION\n    y = 2\ndef g(x):\n    y = 3\n"
        "    # END SOLUTION\n",
        "line 3: a region outside a function",
    ),
    "whole method": (
        "class forward:\n    # BEGIN SOLUTION\n    def f(self):\n        pass\n    # END SOLUTION\n",
        "line 2: a region outside a function",
    ),
    "empty": (
        "def forward(x):\n    # BEGIN SOLUTION\n    # END SOLUTION\n    pass\n",
        "line 2: an empty region",
    ),
    "cut": (
        "def forward(x):\n    # BEGIN SOLUTION\n    y = [\n    # END SOLUTION\n        1]\n",
        "line 4: the region ends within a statement",
    ),
    "no exercise": (
        "def g(x):\n    # BEGIN SOLUTION\n    pass\n    # END SOLUTION\n",
        "line 2: a region in g, which is no exercise of A 1.1",
    ),
    "no region": ("def forward(x):\n    return x\n", "the exercise forward has no region"),
    "no Python": ("def forward(x:\n", "line 1: .*mend the Python"),
    "torn": (
        "def forward(x):\n    # BEGIN SOLUTION\n    if x:\n        y = 1\n    # END SOLUTION\n"
        "    else:\n        y = 2\n",
        "line 5: the region ends within a statement",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_regions_are_refused_with_file_and_line(name: str) -> None:
    source, message = BAD[name]
    with pytest.raises(ReleaseError, match=message) as raised:
        stub(source, SECTION)
    assert str(raised.value).startswith(("solutions/part_a/s1_1_forward.py", "the stub of solutions/part_a/"))


@pytest.mark.parametrize("real", [False, True], ids=["sample", "course"])
def test_stubs_are_what_nbgrader_makes(house: Path, real: bool) -> None:
    preprocessors = pytest.importorskip("nbgrader.preprocessors")
    root = ROOT if real else house
    for section in syllabus_of(root).sections:
        source = (root / file_of(section)).read_text(encoding="utf-8")
        theirs, ours = functions(source), functions(stub(source, section))
        for exercise in section.exercises:
            clear = preprocessors.ClearSolutions(code_stub={"python": stub_line(section, exercise)})
            cell = new_code_cell(theirs[exercise.name], metadata={"nbgrader": {"solution": True}})
            cleared, _ = clear.preprocess_cell(cell, {"language": "python"}, 0)
            assert cleared.source == ours[exercise.name]
            assert cleared.source != theirs[exercise.name]


def functions(source: str) -> dict[str, str]:
    return {getattr(piece.node, "name", ""): piece.text for piece in pieces(source, "module")}
