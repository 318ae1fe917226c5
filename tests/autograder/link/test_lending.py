"""Classes that a check lends: counted, filled and run as if they were the student's own, on every link."""

import pytest
import torch
from torch import nn

from autograder.link.failures import Raised
from autograder.link.implementation import Implementation
from autograder.link.lending import MOST_NUMBERS, Blocks, Proxies, put_together
from autograder.link.trials import Trial
from autograder.link.values import Malformed

UNET = "part_b.s2_1_networks"
X = torch.randn(3, 1, 4, 4, generator=torch.Generator().manual_seed(29))


class Block(nn.Module):
    """The right one, in layers of two depths, which it does not use in their order."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(out)
        self.conv = nn.Sequential(nn.Conv2d(channels, out, 3, stride=1, padding=1))
        self.up = nn.ConvTranspose2d(out, out, 2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool2d(self.up(self.norm(self.conv(x)).relu()), 2)


class Built(nn.Module):
    """What the student's `Built` amounts to with the right blocks."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Block(1, channels), Block(channels, channels))
        self.last = nn.Conv2d(channels, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.blocks(x))


def tried(code: Implementation, name: str, *args, training: bool = False) -> dict:
    trial = Trial(((X,), (X + 1,)), training)
    found = code.call(UNET, name, args, lent={(UNET, "Block"): Blocks(Block)}, trial=trial)
    return dict(trial.leaves(found))


@pytest.mark.parametrize("training", [False, True])
def test_what_builds_upon_a_lent_class_is_right(code: Implementation, training: bool) -> None:
    trial = Trial(((X,), (X + 1,)), training)
    wanted = dict(trial.leaves(trial.conduct(Built(4), ())))
    found = tried(code, "Built", 4, training=training)
    assert wanted.keys() == found.keys()
    assert all(torch.allclose(found[key][0], wanted[key][0], atol=1e-5) for key in wanted)


def test_nothing_is_left_of_it_afterwards(code: Implementation) -> None:
    tried(code, "Built", 4)
    with pytest.raises(Raised, match="to have 4 channels, but got 1"):
        code.call(UNET, "Built", [4], trial=Trial(((X,),)))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Overgrown", "parameters are more than a block needs"),
        ("Tampering", "the state has another conv.0.weight|the state has another norm.weight"),
        ("Enormous", "the output would have 4,000,000 numbers"),
    ],
)
def test_too_much_is_refused_before_it_is_made(code: Implementation, name: str, words: str) -> None:
    with pytest.raises(Raised, match=words):
        tried(code, name)


STATE = {f"{i}": tensor for i, tensor in enumerate(Block(1, 2).state_dict().values())}


@pytest.mark.parametrize(
    "change",
    [
        lambda state: dict(list(state.items())[1:]),
        lambda state: state | {"more": X},
        lambda state: state | {"0": torch.zeros(3)},
        lambda state: state | {"0": torch.zeros(2, dtype=torch.int64)},
        lambda state: state | {"0": None},
        lambda state: {},
    ],
)
def test_a_state_of_another_network(change) -> None:
    with pytest.raises(ValueError, match="state"):
        Blocks(Block).run([1, 2], {}, [X], False, change(STATE))


@pytest.mark.parametrize(
    "inputs", [["x"], [None], [torch.zeros(MOST_NUMBERS + 1)], [torch.zeros(1, 1, 600, 1000)]]
)
def test_inputs_that_are_none_or_too_large(inputs: list) -> None:
    with pytest.raises(ValueError, match=r"small tensor|too many"):
        Blocks(Block).run([1, 2], {}, inputs, False, STATE)


@pytest.mark.parametrize("args", [[X, 2], [None, 2], [[1], 2]])
def test_what_no_block_is_built_with(args: list) -> None:
    with pytest.raises(TypeError, match="pass its channels"):
        Blocks(Block).layers(args, {})


def test_what_is_kept_is_bounded() -> None:
    blocks = Blocks(Block)
    for channels in range(1, 600):
        blocks.layers([channels, 1], {})
    assert len(blocks._empties) <= 256


def test_its_own_numbers_are_used() -> None:
    block = Block(1, 2).eval()
    state = dict(enumerate_state(block))
    output, _ = Blocks(Block).run([1, 2], {}, [X], False, state)
    assert torch.equal(output, block(X).detach())


def enumerate_state(block: nn.Module):
    """Yield a state in the order of layers that hold numbers."""
    for name, tensor in block.state_dict().items():
        yield name, tensor.clone()


@pytest.mark.parametrize("parts", [[], [len], [len, 3], [len, len, len]])
def test_a_class_that_no_honest_sender_makes(parts: list) -> None:
    with pytest.raises(Malformed):
        put_together(parts)
    assert isinstance(put_together([len, len]), Proxies)
