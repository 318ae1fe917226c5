"""Values come out of a tree as they went in, and only exact types do."""

import json
import math
from collections import OrderedDict
from enum import IntEnum
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.link.packing import Packer
from autograder.link.unpacking import Unpacker
from autograder.link.values import DTYPES, Foreign, Output, Unsendable
from course.toolkit.stage import Stage


def cross(value: object, *, lazily: bool = False) -> object:
    """Return the value as it arrives, callables by their place in a list."""
    known: list = []

    def number_of(function) -> int:
        known.append(function)
        return len(known) - 1

    packer = Packer(number_of, lazily=lazily)
    tree = json.loads(json.dumps(packer.pack(value), allow_nan=False))
    return Unpacker(packer.tensors, lambda number: known[number]).unpack(tree)


LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_plain_values_cross_whole(value: object) -> None:
    back = cross(value)
    assert back == value
    assert type(back) is type(value)


def test_floats_that_json_does_not_know_cross() -> None:
    back = cross([math.inf, -math.inf, math.nan, -0.0, 5e-324])
    assert back[:2] == [math.inf, -math.inf]
    assert math.isnan(back[2])
    assert math.copysign(1, back[3]) == -1
    assert back[4] == 5e-324


@pytest.mark.parametrize("dtype", sorted(DTYPES, key=str))
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_tensors_of_every_allowed_dtype_cross(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = (torch.arange(math.prod(shape)).reshape(shape) % 2).to(dtype)
    back = cross(tensor)
    assert back.dtype is dtype
    assert back.shape == tensor.shape
    assert torch.equal(back, tensor)


def test_tensors_arrive_detached_dense_and_as_copies() -> None:
    made = torch.ones(2, 3, requires_grad=True)
    back = cross((made * 2).T)
    assert not back.requires_grad
    assert back.is_contiguous()
    assert torch.equal(back, torch.full((3, 2), 2.0))
    original = torch.zeros(2)
    cross(original).fill_(9)
    assert torch.equal(original, torch.zeros(2))


def test_a_parameter_arrives_as_its_data() -> None:
    back = cross(torch.nn.Parameter(torch.ones(2)))
    assert type(back) is torch.Tensor
    assert not back.requires_grad


class Number(IntEnum):
    ONE = 1


class Own(torch.Tensor):
    pass


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.zeros(2), "numpy.ndarray"),
        (np.float64(1), "numpy.float64"),
        (torch.Size([2]), "torch.Size"),
        (Number.ONE, "Number"),
        (OrderedDict(a=1), "collections.OrderedDict"),
        ({1: 2}, "dict"),
        (2**100, "int"),
        (1j, "complex"),
        (torch.zeros(1, dtype=torch.complex64), "torch.Tensor of torch.complex64, torch.strided on cpu"),
        (torch.zeros(2, 2).to_sparse(), "torch.Tensor of torch.float32, torch.sparse_coo on cpu"),
        (torch.zeros(1, device="meta"), "torch.Tensor of torch.float32, torch.strided on meta"),
        (Own(), "Own"),
        (iter([1]), "list_iterator"),
    ],
)
def test_other_types_cross_as_their_names_only(value: object, name: str) -> None:
    back = cross([value])[0]
    assert type(back) is Foreign
    assert back.type_name.endswith(name)


def test_a_generator_arrives_in_its_state() -> None:
    generator = torch.Generator().manual_seed(29)
    torch.randn(7, generator=generator)
    back = cross(generator)
    assert torch.equal(torch.randn(9, generator=back), torch.randn(9, generator=generator))


def test_a_stage_arrives_as_a_stage() -> None:
    stage = Stage(len, torch.ones(3), max)
    back = cross(stage)
    assert type(back) is Stage
    assert (back.unet, back.add_variance) == (len, max)
    assert torch.equal(back.alpha_bar, torch.ones(3))


def test_what_a_check_gives_may_be_lazy() -> None:
    back = cross([iter([1, 2]), SimpleNamespace(sample=3)], lazily=True)
    assert list(back[0]) == [1, 2]
    assert back[1] == Output("sample", 3)
    assert back[1][0] == back[1]["sample"] == back[1].sample == 3
    with pytest.raises(IndexError):
        back[1][1]


def deep(levels: int) -> list:
    return [] if levels == 0 else [deep(levels - 1)]


TOO_MUCH = {
    "deep": deep(17),
    "long": [0] * 20_000,
    "expanded": torch.zeros(1).expand(10**9),
    "together": [torch.zeros(2**23)] * 3,
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_refused_before_it_is_copied(name: str) -> None:
    with pytest.raises(Unsendable):
        cross(TOO_MUCH[name])


def test_items_are_packed_one_by_one_and_counted() -> None:
    packer = Packer(lambda function: None)
    x = torch.zeros(1)
    tree = packer.pack_items(x.add_(1) for _ in range(3))
    back = [Unpacker({name: packer.tensors[name]}, len).unpack(["tensor", name]) for _, name in tree]
    assert [float(item) for item in back] == [1, 2, 3]
    assert len(Packer(lambda function: None).pack_items(range(1_100))) == 1_100
    with pytest.raises(Unsendable, match="1,100"):
        Packer(lambda function: None).pack_items(range(1_101))
