import pytest

from solutions.emoji_if.data.phrases import noun_phrase, with_article


@pytest.mark.parametrize(
    ("label", "phrase"),
    [
        ("rocket", "a rocket"),
        ("ear of corn", "an ear of corn"),
        ("hourglass done", "an hourglass done"),
        ("unicorn", "a unicorn"),
        ("1st place medal", "a 1st place medal"),
        ("T-Rex", "a t-rex"),
        ("two hearts", "two hearts"),
        ("nest with eggs", "a nest with eggs"),
        ("octopus", "an octopus"),
        ("dress", "a dress"),
        ("people with bunny ears", "people with bunny ears"),
        ("person lifting weights", "a person lifting weights"),
        ("man: bald", "a bald man"),
        ("woman: red hair", "a woman with red hair"),
        ("cooked rice", "cooked rice"),
        ("Santa Claus", "santa claus"),
        ("Mrs. Claus", "mrs. claus"),
        ("Statue of Liberty", "a statue of liberty"),
        ("one o’clock", "one o'clock"),
        ("one-piece swimsuit", "a one-piece swimsuit"),
    ],
)
def test_a_label_becomes_a_noun_phrase(label: str, phrase: str) -> None:
    assert noun_phrase(label) == phrase


def test_a_phrase_of_a_stop_word_alone_is_not_refused() -> None:
    assert with_article("on") == "an on"
