import pytest
import torch

from solutions.emoji_if.data.augment import Augment
from solutions.emoji_if.data.bank import Bank
from solutions.emoji_if.data.captions import EMPTY, STYLES, SYNONYM, Captioner, sentences
from solutions.emoji_if.data.words import COURSE_PROMPTS, NOUNS


@pytest.fixture(scope="module")
def captioner(small_bank: Bank) -> Captioner:
    return Captioner(small_bank, NOUNS[:20], Augment(), 16)


def test_a_batch_has_shapes_ranges_and_known_captions(captioner: Captioner) -> None:
    pictures, captions = captioner.draw(32, torch.Generator().manual_seed(29))
    assert pictures.shape == (32, 3, 16, 16)
    assert -1 <= pictures.min() <= pictures.max() <= 1
    assert set(captions) <= {"", *sentences(NOUNS[:20])}


def test_a_seed_repeats_the_batch(captioner: Captioner) -> None:
    (first, said), (again, repeated) = (captioner.draw(8, torch.Generator().manual_seed(2)) for _ in range(2))
    assert torch.equal(first, again)
    assert said == repeated


def test_the_null_prompt_and_the_weights_are_kept(captioner: Captioner) -> None:
    generator = torch.Generator().manual_seed(29)
    captions = [c for _ in range(20) for c in captioner.draw(100, generator)[1]]
    assert abs(captions.count("") / 2000 - EMPTY) < 0.03
    weights = captioner.noun_weights / captioner.noun_weights.sum()
    names = (NOUNS[0].phrase, *NOUNS[0].synonyms)
    rockets = sum(c.endswith(names) for c in captions) / 2000
    assert abs(rockets - weights[0] * (1 - EMPTY) * 0.9) < 0.03


def test_a_noun_goes_by_its_synonyms_too(small_bank: Bank) -> None:
    """Some 1,440 captions: a share more than 4.3 standard deviations off comes once in 50,000 runs."""
    captioner = Captioner(small_bank, NOUNS[:1], Augment(), 16, empty=0)
    generator = torch.Generator().manual_seed(29)
    captions = [c for _ in range(16) for c in captioner.draw(100, generator)[1] if "quality" not in c]
    for synonym in NOUNS[0].synonyms:
        share = sum(c.endswith(synonym) for c in captions) / len(captions)
        assert abs(share - SYNONYM / len(NOUNS[0].synonyms)) < 0.04


def test_a_photo_is_made_of_the_solid_artwork(captioner: Captioner, small_bank: Bank) -> None:
    for kind, style in enumerate(STYLES):
        arts = {art for rows in captioner.rows for art in small_bank.arts[rows[kind]].tolist()}
        assert len(arts) == len(style.arts)
    photos = [i for i, style in enumerate(STYLES) if "photo" in style.caption]
    assert all(small_bank.arts[rows[kind]].eq(0).all() for rows in captioner.rows for kind in photos)


def test_where_a_styles_artwork_lacks_a_noun_another_serves() -> None:
    bank = Bank(
        torch.zeros(3, 4, 24, 24, dtype=torch.uint8), torch.tensor([0, 0, 1]), torch.tensor([0, 2, 2])
    )
    rows = Captioner(bank, NOUNS[:2], Augment(), 16).rows
    photo = [style.caption for style in STYLES].index("a photo of {noun}")
    assert (rows[0][photo], rows[1][photo]) == ([0], [2])


def test_looks_have_a_chance_of_their_own_where_one_is_given(captioner: Captioner) -> None:
    """What is drawn and said comes from the first generator alone, so it can stay on the CPU."""

    def draw(looks: int) -> tuple[torch.Tensor, list[str]]:
        return captioner.draw(8, torch.Generator().manual_seed(2), torch.Generator().manual_seed(looks))

    (first, said), (other, repeated), (again, _) = draw(1), draw(3), draw(1)
    assert said == repeated
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_courses_prompts_are_captions_of_the_training() -> None:
    assert {prompt for prompt in COURSE_PROMPTS if prompt} <= set(sentences(NOUNS))
