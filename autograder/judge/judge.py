"""The judge: a network that tells digits, and what real digits look like to it."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from autograder.judge.scores import Scores, check_labels, check_samples
from course.toolkit.frechet import Gaussian, frechet_distance
from solutions.judge.network import JudgeNetwork

FOLDER = Path(__file__).parent
WEIGHTS, REFERENCE = FOLDER / "judge.safetensors", FOLDER / "mnist_test.safetensors"
NO_DIGIT = -1
CERTAIN = 0.5
AT_ONCE = 500


class Judge:
    """Tells which digit an image shows, and how far a set of images is from MNIST's test set.

    Images are (N, 1, 28, 28) in [0, 1], on any device; answers are on the CPU.
    """

    def __init__(self, network: JudgeNetwork, reference: Gaussian) -> None:
        """Judge by a network and the statistics of real digits in its feature space."""
        self._network = network.eval().requires_grad_(False)
        self.reference = reference

    @classmethod
    def load(cls, device: torch.device | str = "cpu") -> "Judge":
        """Return the judge that comes with the course: half-precision weights, float32 sums."""
        network = JudgeNetwork()
        network.load_state_dict({name: _single(held) for name, held in load_file(WEIGHTS).items()})
        held = load_file(REFERENCE)
        reference = Gaussian(held["mean"], held["covariance"], int(held["count"]))
        return cls(network.to(device), reference)

    def probabilities(self, images: Tensor) -> Tensor:
        """Return how probable each digit is (N, 10), summing to 1."""
        return torch.cat([self._network(some).softmax(1).cpu() for some in self._parts(images)])

    def features(self, images: Tensor) -> Tensor:
        """Return the images' features (N, 96)."""
        return torch.cat([self._network.features(some).cpu() for some in self._parts(images)])

    def told(self, images: Tensor) -> Tensor:
        """Return the digit on each image (N,), int64; -1 where none is likelier than all others together."""
        certainty, digit = self.probabilities(images).max(1)
        return digit.where(certainty > CERTAIN, torch.tensor(NO_DIGIT))

    def scores(self, samples: Tensor, labels: Tensor) -> Scores:
        """Return how many samples are the digits asked for.

        labels: (N,), int64.  Raises ValueError where samples or labels are not what they should be.
        """
        asked = check_labels(labels)
        return Scores.of(self.told(check_samples(samples, len(asked))), asked)

    def frechet_distance(self, images: Tensor) -> float:
        """Return the images' distance to MNIST's test set, in the feature space; of two images at least."""
        return frechet_distance(Gaussian.of(self.features(images)), self.reference)

    def _parts(self, images: Tensor) -> tuple[Tensor, ...]:
        device = self._network.head.weight.device
        return tuple(part.to(device) for part in torch.split(images, AT_ONCE))


def _single(held: Tensor) -> Tensor:
    return held.float() if held.is_floating_point() else held
