"""Choosing anagrams and hybrids."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from tqdm import tqdm

from course.toolkit.frechet import Gaussian
from course.toolkit.pretrained import Pretrained
from solutions.emoji_if import showcase
from solutions.emoji_if.data.words import NOUNS
from solutions.emoji_if.evaluation import generation
from solutions.emoji_if.evaluation.classifier import FEATURES, Classifier, Network
from solutions.emoji_if.evaluation.generation import Maker
from solutions.emoji_if.evaluation.kept import Kept
from solutions.emoji_if.showcase import Best, Chooser
from solutions.part_a.s1_9_hybrids import from_afar


class Halves(Network):
    """Logits are the redness of the upper half, and the blueness of the lower."""

    def forward(self, pictures: Tensor) -> Tensor:
        upper, lower = pictures.chunk(2, dim=2)
        return 3 * torch.stack([upper[:, 0].mean((1, 2)), lower[:, 2].mean((1, 2))], 1)


@pytest.fixture
def chooser(miniature: Pretrained, tmp_path: Path) -> Chooser:
    statistics = Gaussian(torch.zeros(FEATURES).double(), torch.eye(FEATURES).double(), 10)
    classifier = Classifier(Halves(2).eval(), ("red on top", "blue below"), statistics, 0.5, 2.0)
    maker = Maker(miniature, count=3, seed=29)
    return Chooser(maker, Kept.of(tmp_path / "work", "settings"), classifier, tqdm(disable=True))


def picture(upper: tuple[float, float, float], lower: tuple[float, float, float]) -> Tensor:
    halves = [torch.tensor(colour).view(3, 1, 1).expand(3, 4, 8) for colour in (upper, lower)]
    return torch.cat(halves, 1)


RED, BLUE, BLACK = (1.0, -1.0, -1.0), (-1.0, -1.0, 1.0), (-1.0, -1.0, -1.0)


def test_the_anagram_that_can_be_read_both_ways_is_chosen(chooser: Chooser) -> None:
    """Upright red on top; upside down blue below, which is upright blue on top.

    Each of the others is the plainest of all in one of its readings.
    """
    violet = (0.5, -1.0, 0.5)
    pictures = torch.stack([picture(RED, BLACK), picture(violet, BLACK), picture(BLUE, BLACK)])
    found, best = chooser.best("anagram", lambda first, second: pictures, ("red on top", "blue below"))
    assert (found.index, found.kind, found.seed, found.count) == (1, "anagram", 29, 3)
    torch.testing.assert_close(best, pictures[1:2], atol=1e-2, rtol=0)


def test_the_plainest_pairs_come_first_and_no_more_than_asked_for(chooser: Chooser) -> None:
    plain, dim = picture(RED, BLACK)[None], picture(BLACK, BLACK)[None]

    def make(first: str, second: str) -> Tensor:
        return plain if first == "red on top" else dim

    pairs = [("blue below", "blue below"), ("red on top", "blue below"), ("red on top", "red on top")]
    found = chooser.plainest("hybrid", make, pairs, most=2)
    assert [(one.first, one.second) for one, _ in found] == [pairs[2], pairs[0]]


@pytest.mark.filterwarnings("ignore::course.toolkit.vocabulary.UnknownWordWarning")
def test_hybrids_are_made_and_shown(chooser: Chooser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "TIMESTEPS", [990, 0])
    pictures = chooser.maker.hybrid("a dog", "a pencil")
    assert pictures.shape == (3, 3, 8, 8)
    one = Best("hybrid", "a dog", "a pencil", 29, 0, 3, (0.0, 0.0))
    [(row, label)] = showcase.shown([(one, pictures[:1])])
    assert torch.equal(row[0], pictures[:1])
    assert torch.equal(row[1], from_afar(pictures[:1]))
    assert not torch.equal(row[0], row[1])
    assert label == "a dog / from afar a pencil"


def test_the_pairs_are_in_the_vocabulary() -> None:
    assert {phrase for pair in showcase.HYBRIDS for phrase in pair} <= {noun.phrase for noun in NOUNS}
