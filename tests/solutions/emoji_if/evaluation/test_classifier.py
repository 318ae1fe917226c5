"""The classifier: the places it gives, its file, its training."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from course.toolkit.frechet import Gaussian
from solutions.emoji_if.data.bank import Bank
from solutions.emoji_if.data.words import NOUNS
from solutions.emoji_if.evaluation import train
from solutions.emoji_if.evaluation.classifier import FEATURES, Classifier, Network

PHRASES = ("a dog", "a cat", "a pencil")


class Brightest(Network):
    """Logits are the means of the three colours."""

    def forward(self, pictures: Tensor) -> Tensor:
        return pictures.mean((2, 3))


def classifier(network: Network) -> Classifier:
    statistics = Gaussian(torch.zeros(FEATURES).double(), torch.eye(FEATURES).double(), 10)
    return Classifier(network.eval(), PHRASES, statistics, 0.5, 2.0)


def test_places_count_from_one() -> None:
    pictures = torch.tensor([0.1, 0.9, 0.5]).view(1, 3, 1, 1).expand(3, 3, 8, 8)
    assert classifier(Brightest(3)).ranks(pictures, PHRASES).tolist() == [3, 1, 2]


def test_the_odds_of_a_picture_are_those_of_one_noun_or_another() -> None:
    pictures = torch.rand(5, 3, 8, 8, generator=torch.Generator().manual_seed(29))
    judge = classifier(Brightest(3))
    odds = torch.stack([judge.log_odds(pictures, phrase) for phrase in PHRASES])
    torch.testing.assert_close(odds.exp().sum(0), torch.ones(5))
    assert torch.equal(odds.argmax(0), pictures.mean((2, 3)).argmax(1))


def test_a_phrase_that_it_does_not_know_is_named() -> None:
    with pytest.raises(ValueError, match="does not know 'a horse'; it knows a dog, a cat"):
        classifier(Brightest(3)).ranks(torch.zeros(1, 3, 8, 8), ["a horse"])


def test_the_file_gives_the_classifier_back(tmp_path: Path) -> None:
    torch.manual_seed(29)
    before, path = classifier(Network(3)), tmp_path / "classifier.safetensors"
    before.save(path)
    after = Classifier.load(path)
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    torch.testing.assert_close(after.network(pictures), before.network(pictures), atol=1e-2, rtol=1e-2)
    assert (after.nouns, after.accuracy, after.reference.count) == (PHRASES, 0.5, 10)
    assert after.diversity == 2.0
    assert torch.equal(after.reference.covariance, before.reference.covariance)


def test_a_missing_file_comes_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"emoji_if\.evaluation\.train"):
        Classifier.load(tmp_path / "nothing")


def test_worn_pictures_keep_their_order_and_half_of_them_stay_as_they_are() -> None:
    pictures = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    worn = train.wear(pictures, torch.Generator().manual_seed(29))
    assert worn.shape == pictures.shape
    assert -1 <= worn.min() <= worn.max() <= 1
    assert torch.equal(worn[4:], pictures[4:])
    assert all((worn[i] - pictures[i]).abs().max() > 0 for i in range(4))
    nearest = torch.cdist(worn.flatten(1), pictures.flatten(1)).argmin(1)
    assert nearest.tolist() == list(range(8))


def test_every_noun_is_drawn_as_often(small_bank: Bank) -> None:
    """2,000 drawings of 20 nouns: a count more than 5 standard deviations off comes once in 80,000 runs."""
    drawings = train.Drawings(small_bank, NOUNS[:20], 8, seed=29)
    nouns = torch.cat([drawings.draw(200)[1] for _ in range(10)])
    counts = torch.bincount(nouns, minlength=20)
    assert (counts - 100).abs().max() < 5 * (2000 * 0.05 * 0.95) ** 0.5


def test_training_learns_three_nouns_and_measures_it(small_bank: Bank) -> None:
    """Discs of a few colours cannot be told apart, so two scenes and one disc are taken."""
    chosen = [noun for noun in NOUNS[:20] if noun.phrase in ("waterfalls", "the amalfi coast", "a pencil")]
    bank = _only(small_bank, [NOUNS.index(noun) for noun in chosen])
    torch.manual_seed(29)
    network = Network(3)
    losses = list(train.train(network, train.Drawings(bank, chosen, 16, seed=29), steps=40))
    held_out = train.Drawings(bank, chosen, 16, seed=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "HELD_OUT", 200)
        made = train.finished(network, chosen, held_out)
    assert losses[-1] < losses[0]
    assert made.accuracy > 0.6
    assert made.reference.count == 200
    assert made.diversity > 0


def _only(bank: Bank, nouns: list[int]) -> Bank:
    rows = torch.isin(bank.nouns, torch.tensor(nouns))
    renamed = torch.tensor([nouns.index(noun) for noun in bank.nouns[rows].tolist()])
    return Bank(bank.pictures[rows], renamed, bank.arts[rows])
