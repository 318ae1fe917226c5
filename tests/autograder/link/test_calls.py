"""A call means the same in one's own process and through a worker: every test here runs on both."""

from types import SimpleNamespace

import pytest
import torch

from autograder.link.failures import Failure, LinkError, Missing, NotWritten, Raised, Refused
from autograder.link.implementation import Foreign, Implementation
from course.toolkit.stage import Stage

FORWARD = "part_a.s1_1_forward"
BLUR = "part_a.s1_2_blur"


def test_returns_what_the_function_returns(code: Implementation) -> None:
    found = code.call(FORWARD, "forward", [torch.ones(2, 3)], {"t": 3.0})
    assert torch.equal(found, torch.full((2, 3), 3.0))


def test_what_is_printed_comes_back_once(code: Implementation) -> None:
    code.call(FORWARD, "chatty", [torch.ones(2, 3)])
    assert code.output() == "x has the shape (2, 3)\n"
    assert code.output() == ""


def test_arguments_are_copies(code: Implementation) -> None:
    x = torch.ones(3, requires_grad=True)
    assert torch.equal(code.call(FORWARD, "change", [x.detach()]), torch.zeros(3))
    assert torch.equal(x, torch.ones(3))


def test_a_stub_is_not_written(code: Implementation) -> None:
    with pytest.raises(NotWritten, match=r"^A 1.1 stub: write it$"):
        code.call(FORWARD, "stub")


def test_a_library_that_is_unfinished_is_an_exception(code: Implementation) -> None:
    with pytest.raises(Raised) as caught:
        code.call(FORWARD, "library_is_unfinished")
    assert caught.value.type_name == "NotImplementedError"


def test_an_exception_names_its_place(code: Implementation) -> None:
    with pytest.raises(Raised) as caught:
        code.call(FORWARD, "outer", [3])
    failure = caught.value
    assert str(failure) == "ValueError: 3 is too small (part_a/s1_1_forward.py, line 23, in inner)"
    assert failure.type_name == "ValueError"
    assert failure.bases == ("ValueError", "Exception", "BaseException", "object")
    assert failure.trace.splitlines() == [
        "part_a/s1_1_forward.py, line 27, in outer",
        "    return inner(x)",
        "part_a/s1_1_forward.py, line 23, in inner",
        '    raise ValueError(f"{x} is too small")',
    ]


def test_wrong_arguments_are_an_exception(code: Implementation) -> None:
    with pytest.raises(Raised, match=r"TypeError: forward\(\) missing 1 required positional argument"):
        code.call(FORWARD, "forward", [1])


@pytest.mark.parametrize(
    ("section", "function", "message"),
    [
        (FORWARD, "nothing", "part_a/s1_1_forward.py has no function `nothing`"),
        (FORWARD, "__name__", "of type str"),
        ("part_a.s1_9_absent", "absent", "part_a/s1_9_absent.py is not there"),
        ("part_b.s1_1_unet", "unet", "part_b/s1_1_unet.py is not there"),
        ("part_c.s1_1_unet", "unet", "part_c/s1_1_unet.py is not there"),
        (BLUR, "uses_never_written", "part_a/s1_1_forward.py has no function `never_written`"),
        (BLUR, "uses_absent", "part_a/s1_9_absent.py is not there"),
    ],
)
def test_what_is_missing_is_named(code: Implementation, section: str, function: str, message: str) -> None:
    with pytest.raises(Missing, match=message):
        code.call(section, function, [] if section != BLUR else [1])


@pytest.mark.parametrize(("section", "args"), [("part_a.s1_3_broken", []), (BLUR, [1])])
def test_a_file_with_a_mistake_is_named_with_its_line(code: Implementation, section: str, args: list) -> None:
    with pytest.raises(Raised, match=r"part_a/s1_3_broken.py, line 1") as caught:
        code.call(section, "broken" if not args else "uses_broken", args)
    assert caught.value.type_name == "SyntaxError"
    assert "cannot be imported" in str(caught.value)


def test_a_class_on_one_that_is_missing(code: Implementation) -> None:
    with pytest.raises(Missing, match="has no function `UNet`"):
        code.call("part_a.s1_4_subclass", "build")


@pytest.mark.parametrize("function", ["twice", "through_module", "later"])
def test_a_lent_function_takes_the_place_of_the_students(code: Implementation, function: str) -> None:
    ordinary = {"twice": 4.0, "through_module": 2.0, "later": 2.0}[function]
    lent = {(FORWARD, "forward"): lambda x, t: x + 10 * t}
    assert code.call(BLUR, function, [1.0]) == ordinary
    assert code.call(BLUR, function, [1.0], lent=lent) == {"twice": 41.0}.get(function, 21.0)
    assert code.call(BLUR, function, [1.0]) == ordinary


@pytest.mark.parametrize(
    ("key", "function"),
    [
        ((FORWARD, "never_written"), "uses_never_written"),
        (("part_a.s1_3_broken", "broken"), "uses_broken"),
        (("part_a.s1_9_absent", "absent"), "uses_absent"),
    ],
)
def test_a_lent_function_fills_a_gap(code: Implementation, key: tuple[str, str], function: str) -> None:
    assert code.call(BLUR, function, [1], lent={key: lambda x: x + 41}) == 42
    with pytest.raises(Failure):
        code.call(BLUR, function, [1])


def test_a_lent_loop_can_be_yielded_from(code: Implementation) -> None:
    def loop(x, t):
        yield from (x, x + t)

    assert code.call(BLUR, "each", [1.0], lent={(FORWARD, "forward"): loop}) == [1.0, 3.0]


def test_the_function_itself_may_be_lent(code: Implementation) -> None:
    assert code.call(FORWARD, "forward", [1, 2], lent={(FORWARD, "forward"): lambda x, t: x - t}) == -1


def test_iterators_come_back_as_lists_of_what_they_were(code: Implementation) -> None:
    assert [float(x) for x in code.call(FORWARD, "in_place")] == [1.0, 2.0, 3.0]
    assert code.call(FORWARD, "steps") == [990, 660, 330, 0]


@pytest.mark.parametrize(
    ("function", "reason"), [("endless", "goes on after 1,100"), ("nested", "deeper than 16")]
)
def test_too_much_is_refused(code: Implementation, function: str, reason: str) -> None:
    with pytest.raises(Refused, match=f"`{function}` returned .*{reason}"):
        code.call(FORWARD, function)


def test_other_types_come_back_as_their_names(code: Implementation) -> None:
    found = code.call(FORWARD, "foreign")
    names = ["numpy.ndarray", "fractions.Fraction", "dict", "torch.Size"]
    assert found[:4] == [Foreign(name) for name in names]
    assert "complex64" in found[4].type_name


def test_a_parameter_comes_back_as_a_tensor(code: Implementation) -> None:
    found = code.call(FORWARD, "parameter")
    assert type(found) is torch.Tensor
    assert torch.equal(found, torch.ones(3, 2))
    assert not found.requires_grad


def test_a_stage_is_called_back_and_its_generator_goes_on(code: Implementation) -> None:
    asked = []

    def unet(sample, timestep, encoder_hidden_states, return_dict=True):
        asked.append((sample, timestep, encoder_hidden_states, return_dict))
        return SimpleNamespace(sample=sample + 1) if return_dict else (sample + timestep,)

    def add_variance(mean, predicted_variance, t, t_prime, generator):
        return mean + torch.rand(2, generator=generator)

    stage = Stage(unet, torch.ones(2), add_variance)
    given, expected = (torch.Generator().manual_seed(29) for _ in range(2))
    pair, sample, first, noisy, drawn = code.call(FORWARD, "use_stage", [stage, given])
    assert torch.equal(pair, torch.full((2,), 4.0))
    assert torch.equal(sample, torch.full((2,), 2.0))
    assert torch.equal(first, sample)
    assert torch.equal(noisy, 4 + torch.rand(2, generator=expected))
    assert torch.equal(drawn, torch.rand(1, generator=expected))
    assert [(t, e, d) for _, t, e, d in asked] == [(3, None, False), (3, None, True)]
    assert torch.equal(given.get_state(), torch.Generator().manual_seed(29).get_state())


def test_callables_find_their_way_back(code: Implementation) -> None:
    def apply(function, x):
        return function(x)

    assert code.call(FORWARD, "ask", [apply, abs, -3]) == 3


@pytest.mark.parametrize("kind", [ValueError, TypeError, RuntimeError, IndexError])
def test_an_exception_of_a_callable_reaches_the_students_code(
    code: Implementation, kind: type[Exception]
) -> None:
    def refuse(x):
        raise kind("t is too large")

    with pytest.raises(Raised, match="t is too large") as caught:
        code.call(FORWARD, "ask", [refuse, 1])
    assert caught.value.type_name == kind.__name__


def test_student_code_may_survive_it(code: Implementation) -> None:
    def refuse(x):
        raise ValueError(f"{x} is too large")

    assert code.call(FORWARD, "survive", [refuse, 5]) == "caught 5 is too large"


def test_unusual_exceptions_of_a_callable_become_runtime_errors(code: Implementation) -> None:
    with pytest.raises(Raised, match="ZeroDivisionError") as caught:
        code.call(FORWARD, "ask", [lambda x: 1 / x, 0])
    assert caught.value.type_name == "RuntimeError"


@pytest.mark.parametrize("kind", [AssertionError, Missing, LinkError, pytest.fail.Exception])
def test_a_check_may_end_a_call_from_inside(code: Implementation, kind: type[BaseException]) -> None:
    def verdict(x):
        raise kind("wrong timestep")

    with pytest.raises(kind, match="wrong timestep"):
        code.call(FORWARD, "survive", [verdict, 1])
    assert code.call(FORWARD, "same", [1]) == 1


@pytest.mark.parametrize(("value", "word"), [(object(), "object"), (1j, "complex"), ({1: 2}, "dict")])
def test_a_check_that_passes_what_cannot_cross_is_told(
    code: Implementation, value: object, word: str
) -> None:
    with pytest.raises(LinkError, match=word):
        code.call(FORWARD, "same", [value])
    with pytest.raises(LinkError, match=word):
        code.call(FORWARD, "ask", [lambda: value])
    assert code.call(FORWARD, "same", [1]) == 1


def test_what_a_callable_may_be_given(code: Implementation) -> None:
    with pytest.raises(Raised, match=r"TypeError: numpy.ndarray was passed"):
        code.call(FORWARD, "give_array", [len])
    with pytest.raises(Raised, match="100000 was passed to a function of the course; it is too large"):
        code.call(FORWARD, "ask", [range, 10**5])
