"""The classifier that tells which noun a picture shows, and its file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course.toolkit.frechet import Gaussian

WEIGHTS = Path(__file__).with_name("classifier.safetensors")
CHANNELS = (32, 64, 128, 192)
FEATURES = CHANNELS[-1]
MEAN, COVARIANCE = "reference.mean", "reference.covariance"


class Network(nn.Module):
    """Tell the noun of pictures (N, 3, H, W) in [-1, 1]: `forward` returns logits (N, nouns)."""

    def __init__(self, nouns: int) -> None:
        super().__init__()
        pairs = zip((3, *CHANNELS), CHANNELS, strict=False)
        self.body = nn.Sequential(*(part for pair in pairs for part in _level(*pair)))
        self.head = nn.Linear(FEATURES, nouns)

    def features(self, pictures: Tensor) -> Tensor:
        """Return what the last layer tells the nouns by (N, 192): the mean of each channel, not negative."""
        means: Tensor = self.body(pictures).mean((2, 3))
        return means

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the logits (N, nouns)."""
        logits: Tensor = self.head(self.features(pictures))
        return logits


def _level(in_channels: int, out_channels: int) -> list[nn.Module]:
    return [*_layer(in_channels, out_channels, 2), *_layer(out_channels, out_channels, 1)]


def _layer(in_channels: int, out_channels: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
    return [convolution, nn.BatchNorm2d(out_channels), nn.ReLU()]


@dataclass(frozen=True)
class Classifier:
    """A trained network with what it knows.

    nouns: the phrases that its logits stand for.  reference: the statistics of drawings' features, which
    generated pictures are compared with.  accuracy: the share of held-out drawings that it tells right.
    diversity: how far apart the features of one noun's drawings are, see `scores.diversity`.
    """

    network: Network
    nouns: tuple[str, ...]
    reference: Gaussian
    accuracy: float
    diversity: float

    @torch.no_grad()
    def ranks(self, pictures: Tensor, phrases: Sequence[str]) -> Tensor:
        """Return the place (N,), from 1, that the classifier gives the phrase meant by each picture.

        pictures: (N, 3, H, W) in [-1, 1].  Raises ValueError for a phrase that it does not know.
        """
        meant = torch.tensor([self._index(phrase) for phrase in phrases])
        logits = self.network(pictures.float())
        own = logits.gather(1, meant[:, None])
        places: Tensor = (logits > own).sum(1) + 1
        return places

    @torch.no_grad()
    def log_odds(self, pictures: Tensor, phrase: str) -> Tensor:
        """Return log p(phrase | picture) of each picture (N, 3, H, W) in [-1, 1]; errors as in `ranks`."""
        logits = self.network(pictures.float())
        log_odds: Tensor = logits.log_softmax(1)[:, self._index(phrase)]
        return log_odds

    @torch.no_grad()
    def features(self, pictures: Tensor) -> Tensor:
        """Return the features (N, 192) of pictures (N, 3, H, W) in [-1, 1]."""
        return torch.cat([self.network.features(some.float()) for some in torch.split(pictures, 100)])

    def _index(self, phrase: str) -> int:
        if phrase not in self.nouns:
            known = ", ".join(self.nouns[:5])
            raise ValueError(f"the classifier does not know {phrase!r}; it knows {known} and others")
        return self.nouns.index(phrase)

    def save(self, path: Path) -> None:
        """Write it as one safetensors file, the weights in half precision."""
        weights = {name: _halved(held) for name, held in self.network.state_dict().items()}
        statistics = {MEAN: self.reference.mean.float(), COVARIANCE: self.reference.covariance.float()}
        about = {"nouns": self.nouns, "count": self.reference.count}
        about |= {"accuracy": self.accuracy, "diversity": self.diversity}
        save_file(weights | statistics, path, metadata={"about": json.dumps(about)})
        path.chmod(0o644)

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "Classifier":
        """Read a classifier that `save` wrote; raises FileNotFoundError with what makes one."""
        if not path.is_file():
            remedy = "make it with `python -m solutions.emoji_if.evaluation.train`"
            raise FileNotFoundError(f"{path} is missing; {remedy}")
        held = load_file(path)
        with safe_open(path, "pt") as opened:
            about = json.loads(opened.metadata()["about"])
        reference = Gaussian(held.pop(MEAN).double(), held.pop(COVARIANCE).double(), about["count"])
        network = Network(len(about["nouns"]))
        network.load_state_dict({n: h.float() if h.is_floating_point() else h for n, h in held.items()})
        return cls(network.eval(), tuple(about["nouns"]), reference, about["accuracy"], about["diversity"])


def _halved(held: Tensor) -> Tensor:
    return (held.half() if held.is_floating_point() else held).contiguous()
