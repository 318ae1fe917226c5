"""A hostile tree is named malformed, whatever it holds; it never raises anything else."""

import struct

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.link.unpacking import Unpacker, set_state
from autograder.link.values import Malformed


def nobody(number: int) -> None:
    raise Malformed("a callable that was never given")


def unpack(tree: object, **tensors: torch.Tensor) -> object:
    return Unpacker(tensors, nobody).unpack(tree)


def deep(levels: int) -> list:
    return ["list", [] if levels == 0 else [deep(levels - 1)]]


@pytest.mark.parametrize(
    "tree",
    [
        1.5,
        [],
        ["list"],
        ["list", 1],
        ["list", None],
        ["list", [], []],
        [["list"], []],
        ["set", []],
        ["dict", [["a"]]],
        ["dict", [[1, 2]]],
        ["dict", {"a": 1}],
        {"a": 1},
        ["float", 1],
        ["float", "one"],
        ["float", "0x1p99999"],
        ["tensor", "0"],
        ["tensor", 0],
        ["tensor", []],
        ["generator", "x"],
        ["callback", 3],
        ["callback", True],
        ["callback", "3"],
        ["foreign", None],
        ["stage", []],
        ["stage", [1, 2, 3]],
        2**100,
        deep(17),
        ["list", [0] * 20_001],
    ],
    ids=lambda tree: str(tree)[:30],
)
def test_a_malformed_tree(tree: object) -> None:
    with pytest.raises(Malformed):
        unpack(tree)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(
            st.sampled_from(["list", "tuple", "dict", "tensor", "stage", "float", "sample", "iterator"]),
            inner,
        ).map(list)
    ),
)


@given(JSON)
def test_any_tree_is_a_value_or_malformed(tree: object) -> None:
    try:
        unpack(tree)
    except Malformed:
        return


def test_a_tensor_is_used_once() -> None:
    with pytest.raises(Malformed, match="not sent"):
        unpack(["list", [["tensor", "0"], ["tensor", "0"]]], **{"0": torch.zeros(1)})


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(1, dtype=torch.complex64),
        torch.zeros([1] * 17),
        torch.tensor([0, 2], dtype=torch.uint8).view(torch.bool),
    ],
    ids=["dtype", "dimensions", "a truth value of 2"],
)
def test_a_tensor_that_may_not_cross(tensor: torch.Tensor) -> None:
    with pytest.raises(Malformed):
        unpack(["tensor", "0"], **{"0": tensor})


def test_text_that_cannot_be_stored_is_mended() -> None:
    assert unpack("a\ud800") == "a?"
    assert unpack(["dict", [["\ud800", ["foreign", "\ud800"]]]])["?"].type_name == "?"


def state(left: int, place: int) -> torch.Tensor:
    """Return a generator's state that claims `left` numbers to come, the next at `place`."""
    made = torch.Generator().manual_seed(29).get_state()
    made[8:12] = torch.frombuffer(bytearray(struct.pack("=i", left)), dtype=torch.uint8)
    made[16:24] = torch.frombuffer(bytearray(struct.pack("=q", place)), dtype=torch.uint8)
    return made


@pytest.mark.parametrize("drawn", [0, 1, 2, 623, 624, 625, 1300])
def test_every_state_that_torch_makes_is_accepted(drawn: int) -> None:
    generator, copy = torch.Generator().manual_seed(29), torch.Generator()
    torch.rand(drawn, generator=generator)
    set_state(copy, generator.get_state())
    assert torch.equal(torch.rand(5, generator=copy), torch.rand(5, generator=generator))


@pytest.mark.parametrize(
    "hostile",
    [
        state(624, 624),
        state(624, 2),
        state(-1, 0),
        state(0, 0),
        state(1, -1),
        state(1, 2**40),
        torch.zeros(5056, dtype=torch.uint8),
        torch.zeros(10, dtype=torch.uint8),
        torch.zeros(5056),
        torch.zeros(2, 2528, dtype=torch.uint8),
    ],
    ids=range(10),
)
def test_a_state_that_points_outside_itself_is_refused(hostile: torch.Tensor) -> None:
    with pytest.raises(Malformed, match="generator's state"):
        set_state(torch.Generator(), hostile)


def test_a_state_that_torch_refuses_is_malformed() -> None:
    unseeded = state(1, 0)
    unseeded[12:16] = 0
    with pytest.raises(Malformed, match="torch refuses"):
        set_state(torch.Generator(), unseeded)
