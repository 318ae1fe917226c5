"""Checks of B 1.2, the denoiser in a single step."""

from math import ceil

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Agree, Unlike, exercise
from autograder.checks.chance import assert_noise
from autograder.checks.digit_scenes import (
    asked_once,
    assert_learns,
    assert_loss,
    digit_scene,
    noise,
    pictures,
)
from autograder.checks.draws import Draw
from autograder.checks.examples import FACTORS, SEEDS, close
from autograder.checks.student import Student
from autograder.link.digit_oracle import Asked
from autograder.link.networks import Network, Pixelwise

FAINT = 0.02


@exercise("add_noise", weight=3)
def test_equation(agree: Agree, draw: Draw) -> None:
    """For every σ, z is the image with σ times the noise on top, as in (B.1)."""
    for sigma in (0.5, draw.number(0.1, 0.9), draw.number(1, 3)):
        agree(pictures(draw, 2), sigma, noise(draw, 2))


@exercise("add_noise")
@given(seed=SEEDS, sigma=st.floats(0.1, 1), factor=FACTORS)
def test_linear(student: Student, draw: Draw, seed: int, sigma: float, factor: float) -> None:
    """What comes on top of the image grows in proportion to the noise."""
    x, eps = pictures(draw.at(seed), 1), noise(draw.at(seed), 1)
    plain, scaled = (student(x, sigma, f * eps) - x for f in (1.0, factor))
    assert plain.std() > 0.01, f"with σ = {sigma:g} hardly anything comes on top"
    assert close(scaled, factor * plain), f"with σ = {sigma:g} and the factor {factor:g} it does not"


@exercise("add_noise")
def test_without_noise(student: Student, draw: Draw) -> None:
    """With σ = 0 the image comes back as it is."""
    x = pictures(draw, 2)
    assert close(student(x, 0.0, noise(draw, 2)), x, 1e-6), "it comes back changed"


@exercise("add_noise")
def test_manners(student: Student, draw: Draw) -> None:
    """The arguments are left as they were, and shape and dtype are kept."""
    arguments = pictures(draw, 1), 0.5, noise(draw, 1)
    student.leaves_alone(*arguments)
    student.keeps(*arguments)


@exercise("denoising_loss", weight=3)
def test_fresh_noise(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """The network is given the images with σ times N(0, 1) noise, another for every image and every call.

    On 4,096 numbers a call, by bounds that raise a false alarm in one of 10⁷ checks at most.
    """
    scene, sigma = digit_scene(draw), draw.number(0.3, 0.8)
    unlike_known_mistakes(scene.denoiser(), pictures(draw, 6), sigma, draw.generator())
    x = pictures(draw, 64)
    found = []
    for _ in range(2):
        scene.oracle.forget()
        student(scene.denoiser(), x, sigma, draw.generator())
        found.append((asked_once(scene.oracle, len(x)).x.double() - x) / sigma)
    again = "two generators give the same noise; draw it from `generator`"
    assert_noise(*found, what="what is added to the images, divided by σ,", again=again)


@exercise("denoising_loss", weight=2)
def test_loss(student: Student, draw: Draw) -> None:
    """The loss is the mean of the squares of unet(z) − x, a single number."""
    for count, sigma in ((1, 0.5), (7, draw.number(0.1, 1))):
        scene, x = digit_scene(draw, sigma=sigma), pictures(draw, count)
        loss = student(scene.denoiser(), x, sigma, draw.generator())
        assert_loss(loss, asked_once(scene.oracle, count).returned, x, "unet(z) − x")


@exercise("denoising_loss")
def test_gradients(student: Student, draw: Draw) -> None:
    """The loss has gradients, so that the network can learn from it."""
    assert_learns(student, Pixelwise(0.5, 0.1), pictures(draw, 4), 0.5, draw.generator())


@exercise("train_denoiser", weight=4)
def test_losses(agree: Agree, draw: Draw) -> None:
    """On copies of one image, without noise, a small network's losses fall as they do with Adam."""
    images, generator = pictures(draw, 1).repeat(10, 1, 1, 1), draw.generator()
    settings = {"sigma": 0.0, "epochs": 3, "batch_size": 4, "learning_rate": draw.number(0.02, 0.05)}
    agree(Pixelwise(0.1, 0.3, training=False), images, **settings, generator=generator)


@exercise("train_denoiser")
@given(count=st.integers(1, 9), batch_size=st.integers(1, 5), epochs=st.integers(1, 3))
def test_count(student: Student, draw: Draw, count: int, batch_size: int, epochs: int) -> None:
    """It yields a float for every batch of every epoch, for the last, short batch too."""
    images, generator = pictures(draw.at(count), count), draw.generator()
    settings = {"epochs": epochs, "batch_size": batch_size, "generator": generator}
    losses = student.raw(Pixelwise(0.5, 0.1), images, **settings)
    assert isinstance(losses, list), "it yields nothing: write `yield` inside the loop"
    assert all(type(loss) is float for loss in losses), "not all that it yields are floats; yield loss.item()"
    wanted = epochs * ceil(count / batch_size)
    told = f"{count} images, batches of {batch_size} and {epochs} epochs"
    assert len(losses) == wanted, f"with {told} it yields {len(losses)} losses, not {wanted}"


@exercise("train_denoiser", weight=2)
def test_batches(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """In every epoch every image comes once, in an order of its own.

    Two orders of 40 images are equal by chance in one of 10⁴⁷ checks.
    """
    settings = {"epochs": 3, "batch_size": 4, "learning_rate": 0.03, "generator": draw.generator()}
    unlike_known_mistakes(Pixelwise(0.1, 0.3), pictures(draw, 10), sigma=0.5, **settings)
    images, _, order = trained(student, draw)
    epochs = order.reshape(2, len(images))
    for number, epoch in enumerate(epochs, start=1):
        once = len(set(epoch.tolist())) == len(images)
        assert once, f"in epoch {number} some images come twice, others never"
        assert not torch.equal(epoch, torch.arange(len(images))), f"in epoch {number} they are not shuffled"
    assert not torch.equal(*epochs), "both epochs have the same order; shuffle anew in each"


@exercise("train_denoiser", weight=2)
def test_fresh_in_every_batch(student: Student, draw: Draw) -> None:
    """Every batch gets fresh noise: an image that comes again comes with another noise.

    On 2,560 numbers an epoch, by bounds that raise a false alarm in one of 10⁷ checks at most.
    """
    images, z, order = trained(student, draw)
    eps = (z - images[order]) / FAINT
    first, second = (part[rows.argsort()] for part, rows in zip(eps.chunk(2), order.chunk(2), strict=True))
    again = "an image has the same noise in every epoch; draw it inside the loop"
    assert_noise(second, first, what="what is added to the images, divided by σ,", again=again)


@exercise("train_denoiser")
def test_training_mode(student: Student, draw: Draw) -> None:
    """The network is trained in training mode, whatever mode it comes in."""
    scene = digit_scene(draw)
    network = Network(scene.oracle.denoise, training=False)
    student.raw(network, pictures(draw, 4), epochs=1, batch_size=2, generator=draw.generator())
    assert scene.oracle.asked, "the network is never asked"
    assert all(heard.training for heard in network.heard), "it is not: call unet.train() before the loop"


def trained(student: Student, draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Return images, what the network saw of them in two epochs, and which image each of these was.

    The noise is so faint that every noisy image is nearest to its own.
    """
    scene, images = digit_scene(draw, sigma=FAINT), pictures(draw, 40)
    settings = {"sigma": FAINT, "epochs": 2, "batch_size": 16, "generator": draw.generator()}
    student.raw(scene.denoiser(), images, **settings)
    z = seen(scene.oracle.asked)
    assert len(z) == 80, f"in two epochs of 40 images the network sees {len(z)} images, not 80"
    return images, z, torch.cdist(z.flatten(1), images.double().flatten(1)).argmin(1)


def seen(asked: list[Asked]) -> Tensor:
    """Return all images that the network saw, in their order."""
    assert asked, "the network is never asked"
    return torch.cat([each.x for each in asked]).double()
