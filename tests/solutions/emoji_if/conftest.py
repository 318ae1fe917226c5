"""Hand-made stand-ins for the artwork: every emoji the vocabulary names, as a plain coloured shape."""

import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest

from solutions.emoji_if.data import artwork, catalogue, scenes
from solutions.emoji_if.data.bank import Bank, build, join
from solutions.emoji_if.data.words import NOUNS


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


def entry(label: str, code: str, group: int, subgroup: int, *tags: str) -> dict[str, Any]:
    """Return an emoji as emojibase-data writes it."""
    skins = [{"label": f"{label}: dark skin tone", "hexcode": f"{code}-1F3FF", "group": group}]
    return {
        "label": label,
        "hexcode": code,
        "group": group,
        "subgroup": subgroup,
        "tags": tags,
        "skins": skins,
    }


GROUPS = {"0": "smileys-emotion", "1": "people-body", "4": "food-drink", "8": "symbols", "9": "flags"}
SUBGROUPS = {
    "3": "face-hand",
    "27": "person-activity",
    "43": "food-vegetable",
    "98": "arrow",
    "85": "religion",
}
EMOJIS = [
    {"label": "regional indicator A", "hexcode": "1F1E6"},
    entry("rocket", "1F680", 4, 43),
    entry("smiling face with open hands", "1F917", 0, 3, "hugs"),
    entry("person walking", "1F6B6", 1, 27, "hike"),
    entry("person walking: facing right", "1F6B6-200D-27A1-FE0F", 1, 27),
    entry("eggplant", "1F346", 4, 43, "aubergine", "purple", "vegetable"),
    entry("ear of corn", "1F33D", 4, 43, "corn", "field"),
    entry("potato", "1F954", 4, 43, "vegetable"),
    entry("nobody’s dish", "1FFFF", 4, 43),
    entry("om", "1F549-FE0F", 8, 85),
    entry("up arrow", "2B06-FE0F", 8, 98),
    entry("flag: Suriname", "1F1F8-1F1F7", 9, 98),
]
TYPED = {"1F346": ["eggplant", "aubergine", "vegetable"], "1F954": ["potato", "vegetable"], "1F33D": "corn"}
DRAWN = {"1f680": "rocket", "1f6b6": "walker", "1f6b6-200d-27a1": "walker-right", "1f346": "eggplant"}
DRAWN |= {
    "1f33d": "ear-of-corn",
    "1f954": "potato",
    "1f549": "om",
    "2b06": "up-arrow",
    "1f1f8-1f1f7": "suriname",
}
HUGS = ("hugging-face", "hugging-face", "smiling-face-with-open-hands", "smiling-face-with-open-hands")


def pack(package: artwork.Package, cache: Path, files: dict[str, Any]) -> None:
    """Write the archive that `npm pack` would, of these files."""
    with tarfile.open(artwork.archive(package, cache), "w:gz") as opened:
        for name, held in files.items():
            text = (held if isinstance(held, str) else json.dumps(held)).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            opened.addfile(member, io.BytesIO(text))


@pytest.fixture(scope="session")
def archives(icon_names: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache of all five archives; the first set has no chars.json to speak of, as Fluent Emoji."""
    cache = tmp_path_factory.mktemp("archives")
    fills = ("red", "green", "blue", "#808080")
    for i, (package, fill, hugs) in enumerate(zip(artwork.PACKAGES, fills, HUGS, strict=True)):
        names = [*icon_names, *DRAWN.values(), hugs]
        chars = {} if i == 0 else {**DRAWN, "1f917": hugs}
        pack(package, cache, {"icons.json": icons_json(fill, names), "chars.json": chars})
    words = {f"en/shortcodes/{name}.json": TYPED for name in catalogue.SHORTCODES}
    groups = {"groups": GROUPS, "subgroups": SUBGROUPS}
    pack(artwork.EMOJIBASE, cache, {"en/data.json": EMOJIS, "meta/groups.json": groups, **words})
    return cache
