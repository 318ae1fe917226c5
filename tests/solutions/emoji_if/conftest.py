"""Hand-made stand-ins for the artwork: every emoji the vocabulary names, as a plain coloured shape."""

import json
import re
from pathlib import Path

import pytest

from solutions.emoji_if import artwork, scenes
from solutions.emoji_if.bank import Bank, build, join
from solutions.emoji_if.words import NOUNS


@pytest.fixture(scope="session")
def icon_names() -> list[str]:
    """Return the emoji that the table and the recipes name."""
    quoted = set(re.findall(r'"([a-z]{3,}(?:-[a-z]+)*)"', Path(scenes.__file__).read_text()))
    return sorted({icon for noun in NOUNS for icon in noun.icons} | quoted - set(scenes.RECIPES))


def icons_json(fill: str, names: list[str]) -> str:
    """Return an iconify file of discs."""
    disc = {"body": f'<circle cx="16" cy="16" r="14" fill="{fill}"/>'}
    return json.dumps({"width": 32, "height": 32, "icons": dict.fromkeys(names, disc)})


@pytest.fixture(scope="session")
def artworks(icon_names: list[str]) -> list[artwork.Artwork]:
    fills = ("red", "green", "blue", "#808080")
    each = zip(artwork.ART_NAMES, fills, strict=True)
    return [artwork.parse(name, icons_json(fill, icon_names)) for name, fill in each]


@pytest.fixture(scope="session")
def small_bank(artworks: list[artwork.Artwork]) -> Bank:
    """Return two pictures a scene of the first 20 nouns, 24 pixels a side."""
    return join(build(artworks, NOUNS[:20], size=24, scenes=2, seed=29))
