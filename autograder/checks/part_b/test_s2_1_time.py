"""Checks of B 2.1, the UNet that is told the time."""

import torch

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import close
from autograder.checks.student import Student
from autograder.checks.tried import digits, in_training, one_by_one, times, trial, vectors


@exercise("FCBlock", weight=2)
def test_fc_block(agree: Agree, draw: Draw) -> None:
    """FCBlock is a linear layer, a GELU and a second linear layer, from out_channels to out_channels."""
    for args in ((1, 6), (10, 4), (3, 3)):
        agree(*args, trial=trial(draw, (vectors(draw, 4, args[0]),)))


@exercise("FCBlock")
def test_fc_block_row_by_row(student: Student, draw: Draw) -> None:
    """Every row of (N, in_channels) is turned into a row of (N, out_channels) on its own."""
    x = vectors(draw, 3, 5)
    together, *alone = student.network(5, 7, trial=one_by_one(draw, (x,), *((row[None],) for row in x)))
    assert together.shape == (3, 7), (
        f"for (3, 5) the result has the shape {tuple(together.shape)}, not (3, 7)"
    )
    assert close(torch.cat(alone), together), "a row's result depends on the other rows"


@exercise("TimeConditionalUNet", weight=4)
def test_time_unet(agree: Agree, draw: Draw) -> None:
    """One FCBlock's output is added to Unflatten's, another's to u1; everything else is as in B 1.1."""
    for in_channels, num_hiddens in ((1, 3), (3, 5)):
        images = digits(draw, 3, in_channels)
        agree(in_channels, num_hiddens, trial=trial(draw, (images, times(draw)), (images, times(draw))))


@exercise("TimeConditionalUNet")
def test_time_unet_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, all batch norms take the statistics of the batch."""
    agree(1, 3, trial=in_training(draw, (digits(draw, 4), times(draw, 4))))


@exercise("TimeConditionalUNet")
def test_time_unet_parameters(student: Student) -> None:
    """With one channel and D = num_hiddens, the UNet has 486 D² + 90 D + 1 parameters."""
    for num_hiddens in (1, 4, 9, 16):
        found, wanted = student.parameters(1, num_hiddens), 486 * num_hiddens**2 + 90 * num_hiddens + 1
        assert found == wanted, f"with D = {num_hiddens} it has {found:,} instead of {wanted:,}"


@exercise("TimeConditionalUNet")
def test_every_image_has_its_time(student: Student, draw: Draw) -> None:
    """In evaluation mode an image's estimate depends on its own time and on no other image's."""
    x, t = digits(draw, 1).expand(3, -1, -1, -1), torch.tensor([0.0, 0.5, 1.0])
    alone = [(x[:1], t[i : i + 1]) for i in range(3)]
    together, *single = student.network(1, 5, trial=one_by_one(draw, (x, t), *alone))
    assert together.shape == x.shape, f"for {tuple(x.shape)} the estimate has shape {tuple(together.shape)}"
    assert not close(together[0], together[1], 1e-3), "the estimate is the same at t = 0 and t = 0.5"
    assert close(torch.cat(single), together, 1e-3), "an image's estimate depends on another image's time"
