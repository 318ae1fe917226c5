"""The whole evaluation, on an untrained miniature with a classifier that knows three nouns."""

import json
from pathlib import Path

import pytest
import torch
import typer
from torch import Tensor
from tqdm import tqdm

from course.toolkit.frechet import Gaussian
from course.toolkit.pretrained import Pretrained
from solutions.emoji_if import evaluate
from solutions.emoji_if.data.words import COURSE_PROMPTS, NOUNS
from solutions.emoji_if.evaluation import generation, scores
from solutions.emoji_if.evaluation.classifier import FEATURES, Classifier, Network
from solutions.emoji_if.evaluation.generation import Maker
from solutions.emoji_if.evaluation.kept import Kept

PHRASES = ("a dog", "a pencil", "waterfalls")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "TIMESTEPS", [990, 0])
    monkeypatch.setattr(evaluate, "FRAMED", PHRASES[:1])
    monkeypatch.setattr(evaluate, "DDIM_EVERY", 2)
    monkeypatch.setattr(evaluate, "PAIRS", [("a dog", "a pencil")])


@pytest.fixture
def classifier() -> Classifier:
    torch.manual_seed(29)
    statistics = Gaussian(torch.zeros(FEATURES).double(), torch.eye(FEATURES).double(), 10)
    return Classifier(Network(len(PHRASES)).eval(), PHRASES, statistics, 0.75, 2.0)


@pytest.mark.usefixtures("few")
@pytest.mark.filterwarnings("ignore::course.toolkit.vocabulary.UnknownWordWarning")
def test_an_evaluation_asks_for_everything_once_and_can_go_on(
    miniature: Pretrained, classifier: Classifier, tmp_path: Path
) -> None:
    prompts = [prompt for prompt in COURSE_PROMPTS if evaluate.noun_in(prompt, PHRASES)]
    bar = tqdm(disable=False, total=evaluate.requests(PHRASES, prompts))
    maker, kept = Maker(miniature, count=2, seed=29), Kept.of(tmp_path / "work", "settings")
    found = evaluate.evaluate(maker, classifier, kept, "digest", bar)
    assert bar.n == bar.total
    assert found.fidelity.pictures == 6
    assert (found.ddim.pictures, found.inpainting.pictures, found.anagrams.pictures) == (4, 2, 2)
    assert found.prompts.keys() == {"a pencil", "a photo of a dog", "a lithograph of waterfalls"}
    assert sum(found.nouns.values()) == found.fidelity.top_1 * 6
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()}
    assert evaluate.evaluate(maker, classifier, kept, "digest", tqdm(disable=True)) == found
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()} == made
    found.save(tmp_path / "evaluation.json")
    assert json.loads((tmp_path / "evaluation.json").read_text())["accuracy"] == 0.75


class Lit(Network):
    """It shows "light" where its upper half is brighter than grey, else "dark"."""

    def forward(self, pictures: Tensor) -> Tensor:
        upper = pictures[..., :4, :].mean((1, 2, 3))
        return torch.stack([upper, -upper], 1)


def test_the_second_reading_of_an_anagram_is_upside_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is dark below; the second is light everywhere."""
    monkeypatch.setattr(scores, "FEW", 1)
    statistics = Gaussian(torch.zeros(FEATURES).double(), torch.eye(FEATURES).double(), 10)
    judge = Classifier(Lit(2).eval(), ("light", "dark"), statistics, 0.5, 2.0)
    pictures = torch.ones(2, 3, 8, 8)
    pictures[0, :, 4:] = -1

    def anagram(upright: str, turned: str) -> Tensor:
        return pictures

    examiner = evaluate.Examiner(judge, Kept.of(tmp_path / "work", "settings"), tqdm(disable=True))
    found = examiner.anagrams(anagram, [("light", "dark")])
    assert (found.pictures, found.both) == (2, 0.5)


@pytest.mark.parametrize(
    ("prompt", "noun"),
    [("an oil painting of a man wearing a hat", "a man wearing a hat"), ("a high quality photo", None)],
)
def test_the_noun_of_a_prompt_is_the_longest(prompt: str, noun: str | None) -> None:
    assert evaluate.noun_in(prompt, ["a hat", "a man wearing a hat", "a dog"]) == noun


def test_everything_that_is_asked_for_is_in_the_vocabulary() -> None:
    known = {noun.phrase for noun in NOUNS}
    assert {phrase for pair in evaluate.PAIRS for phrase in pair} | set(evaluate.FRAMED) <= known


def test_without_a_classifier_the_command_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        evaluate.main(tmp_path, classifier=tmp_path / "nothing", threads=1)
    assert ended.value.exit_code == 2
    assert "python -m solutions.emoji_if.evaluation.train" in capsys.readouterr().err
