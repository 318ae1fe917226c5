"""The committed judge: right on real digits, sure of nothing else, and a distance that grows with damage."""

import os

import pytest
import torch
from safetensors import safe_open
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from autograder.judge.judge import NO_DIGIT, REFERENCE, WEIGHTS, Judge
from course.toolkit.digits import VARIABLE, Digits, load_digits
from course.toolkit.frechet import Gaussian, frechet_distance

LEVELS = (0.1, 0.2, 0.4, 0.8)


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Judge.load()


@pytest.fixture(scope="session")
def mnist() -> Digits:
    """The test set; its tests are skipped where there is no copy."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"{VARIABLE} does not name a folder with MNIST")
    return load_digits(train=False)


@pytest.fixture(scope="session")
def bundled() -> Digits:
    """All of scikit-learn's digits: real ones, but of eight pixels and other people."""
    parts = [load_scikit_learn(train) for train in (True, False)]
    images, labels = (torch.cat([getattr(part, name) for part in parts]) for name in ("images", "labels"))
    return Digits(images, labels, parts[0].source)


def load_scikit_learn(train: bool) -> Digits:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        return load_digits(train=train)


def noise(shape: torch.Size, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def noised(images: Tensor, sigma: float) -> Tensor:
    return (images + sigma * noise(images.shape)).clamp(0, 1)


def no_digits(count: int = 300) -> dict[str, Tensor]:
    shape = torch.Size((count, 1, 28, 28))
    even = torch.linspace(0, 1, count)[:, None, None, None].expand(shape)
    white = torch.rand(shape, generator=torch.Generator().manual_seed(2))
    return {"uniform": white, "normal": noise(shape).clamp(0, 1), "grey": even, "black": torch.zeros(shape)}


def test_the_committed_files_are_small_halves() -> None:
    assert WEIGHTS.stat().st_size + REFERENCE.stat().st_size < 2**20
    with safe_open(WEIGHTS, "pt") as held:
        kinds = {held.get_tensor(name).dtype for name in held.keys() if "num_batches" not in name}  # noqa: SIM118
    assert kinds == {torch.float16}


def test_probabilities_and_features_have_their_shapes(judge: Judge) -> None:
    images = torch.rand((1_203, 1, 28, 28), generator=torch.Generator().manual_seed(3))
    assert judge.probabilities(images).shape == (1_203, 10)
    torch.testing.assert_close(judge.probabilities(images).sum(1), torch.ones(1_203))
    assert judge.features(images).shape == (1_203, len(judge.reference.mean))


@pytest.mark.parametrize("kind", no_digits())
def test_what_is_no_digit_is_none(judge: Judge, kind: str) -> None:
    told = judge.told(no_digits()[kind])
    assert (told == NO_DIGIT).float().mean() > 0.99


def test_scikit_learns_digits_are_read_too(judge: Judge, bundled: Digits) -> None:
    assert judge.scores(bundled.images, bundled.labels).share > 0.95


def test_wrong_labels_are_noticed(judge: Judge, bundled: Digits) -> None:
    assert judge.scores(bundled.images, (bundled.labels + 1) % 10).share < 0.05


def test_the_distance_grows_with_noise_and_blur(judge: Judge, bundled: Digits) -> None:
    """Measured from one half of scikit-learn's digits to the other, so that no MNIST is needed."""
    first, second = bundled.images[::2], bundled.images[1::2]
    near = Gaussian.of(judge.features(first))
    of = lambda images: frechet_distance(Gaussian.of(judge.features(images)), near)  # noqa: E731
    distances = [of(second), *(of(noised(second, sigma)) for sigma in LEVELS)]
    assert distances == sorted(distances)
    assert of(gaussian_blur(second, 9, 2.0)) > 5 * distances[0]


def test_bad_samples_are_refused(judge: Judge) -> None:
    with pytest.raises(ValueError, match="shape"):
        judge.scores(torch.zeros(3, 3, 28, 28), torch.arange(3))
    with pytest.raises(ValueError, match="no digit"):
        judge.scores(torch.zeros(1, 1, 28, 28), torch.tensor([10]))


def test_real_digits_are_told_right(judge: Judge, mnist: Digits) -> None:
    assert judge.scores(mnist.images, mnist.labels).share >= 0.993


def test_the_reference_is_the_test_set(judge: Judge, mnist: Digits) -> None:
    assert judge.reference.count == len(mnist)
    assert judge.frechet_distance(mnist.images) == pytest.approx(0, abs=1e-4)


def test_the_training_set_is_near_and_damage_is_far(judge: Judge, mnist: Digits) -> None:
    some = mnist.images[::5]
    near = judge.frechet_distance(load_digits().images[:10_000])
    damaged = [judge.frechet_distance(noised(some, sigma)) for sigma in LEVELS]
    blurred = judge.frechet_distance(gaussian_blur(some, 9, 2.0))
    assert [near, *damaged] == sorted([near, *damaged])
    assert blurred > 5 * near
    assert judge.frechet_distance(noise(some.shape).clamp(0, 1)) > 20 * near
