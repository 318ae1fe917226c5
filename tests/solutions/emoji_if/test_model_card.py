from pathlib import Path

from PIL import Image

from solutions import emoji_if
from solutions.emoji_if.data.artwork import EMOJIBASE, PACKAGES
from solutions.emoji_if.data.captions import STYLES
from solutions.emoji_if.data.words import NOUNS

FOLDER = Path(emoji_if.__file__).parent
CARD = " ".join((FOLDER / "model_card.md").read_text().split())


def test_the_card_lists_the_whole_vocabulary() -> None:
    assert CARD.endswith(", ".join(noun.phrase for noun in NOUNS) + ".")


def test_the_card_names_every_style() -> None:
    assert [style.caption for style in STYLES if f"`{style.caption}`" not in CARD] == []


def test_the_card_names_every_artwork_set_with_version_makers_and_licence() -> None:
    for package in (*PACKAGES, EMOJIBASE):
        assert f"| {package.npm} {package.version} | {package.makers} | {package.licence} |" in CARD


def test_the_sheet_beside_the_card_is_small() -> None:
    path = FOLDER / "sheet.png"
    assert path.stat().st_size < 300_000
    with Image.open(path) as page:
        assert page.width > 400
