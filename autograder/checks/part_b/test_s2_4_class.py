"""Checks of B 2.4, the UNet that is told the class."""

import torch

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import close
from autograder.checks.student import Student
from autograder.checks.tried import classes, digits, in_training, one_by_one, times, trial

NAME = "ClassConditionalUNet"


@exercise(NAME, weight=4)
def test_class_unet(agree: Agree, draw: Draw) -> None:
    """The class multiplies Unflatten's output and u1, then the time is added; all else is as before."""
    for in_channels, num_classes, num_hiddens in ((1, 10, 3), (3, 4, 5)):
        images, t = digits(draw, 3, in_channels), times(draw)
        first, second = classes(draw, 3, num_classes), classes(draw, 3, num_classes)
        inputs = (images, first, t), (images, second, times(draw))
        agree(in_channels, num_classes, num_hiddens, trial=trial(draw, *inputs))


@exercise(NAME, weight=3)
def test_mask(agree: Agree, draw: Draw) -> None:
    """Where the mask is 0, that image's one-hot vector is replaced by the vector of zeros."""
    images, c = digits(draw, 4), classes(draw, 4)
    masks = torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    agree(1, 10, 3, trial=trial(draw, *((images, c, times(draw, 4), mask) for mask in masks)))


@exercise(NAME)
def test_class_unet_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, all batch norms take the statistics of the batch."""
    mask = torch.tensor([1.0, 1.0, 0.0, 1.0])
    agree(1, 10, 3, trial=in_training(draw, (digits(draw, 4), classes(draw, 4), times(draw, 4), mask)))


@exercise(NAME)
def test_class_unet_parameters(student: Student) -> None:
    """With one channel, ten classes and D = num_hiddens, the UNet has 491 D² + 126 D + 1 parameters."""
    for num_hiddens in (1, 4, 9, 16):
        found, wanted = student.parameters(1, 10, num_hiddens), 491 * num_hiddens**2 + 126 * num_hiddens + 1
        assert found == wanted, f"with D = {num_hiddens} it has {found:,} instead of {wanted:,}"


@exercise(NAME)
def test_no_mask_drops_nothing(student: Student, draw: Draw) -> None:
    """Without a mask every class counts, as with a mask of ones; with one of zeros none does."""
    x, t = digits(draw, 2), times(draw, 2)
    first, second = classes(draw, 4).chunk(2)
    ones, zeros = torch.ones(2), torch.zeros(2)
    inputs = (x, first, t), (x, first, t, ones), (x, first, t, zeros), (x, second, t, zeros)
    without, kept, dropped, other = student.network(1, 10, 5, trial=one_by_one(draw, *inputs))
    assert without.shape == x.shape, f"for {tuple(x.shape)} the estimate has shape {tuple(without.shape)}"
    assert close(without, kept, 1e-3), "a mask of ones makes a difference"
    assert not close(dropped, kept, 1e-3), "a mask of zeros makes no difference"
    assert close(dropped, other, 1e-3), "with a mask of zeros the class still makes a difference"


@exercise(NAME)
def test_every_image_has_its_class(student: Student, draw: Draw) -> None:
    """In evaluation mode an image's estimate depends on its own class and mask and on no other image's."""
    x, t = digits(draw, 1).expand(4, -1, -1, -1), times(draw, 1).expand(4)
    c, mask = torch.tensor([3, 3, 7, 0]), torch.tensor([1.0, 0.0, 1.0, 1.0])
    alone = [(x[:1], c[i : i + 1], t[:1], mask[i : i + 1]) for i in range(4)]
    together, *single = student.network(1, 10, 5, trial=one_by_one(draw, (x, c, t, mask), *alone))
    assert close(torch.cat(single), together, 1e-3), "an image's estimate depends on another image's class"
    distinct = not any(close(together[i], together[j], 1e-3) for i in range(4) for j in range(i))
    assert distinct, "different classes, or a dropped one, give the same estimate"
