"""The full vocabulary: the chosen nouns, and one for every other emoji that a set of artwork draws.

The emoji are those of emojibase-data, which names and sorts them. Left out are skin tones, flags, keycaps,
letters, arrows and other signs that are no things, and whatever differs from another emoji only by the way it
faces, because pictures are mirrored as they are drawn.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from solutions.emoji_if.data import artwork
from solutions.emoji_if.data.artwork import EMOJIBASE, Artwork
from solutions.emoji_if.data.phrases import noun_phrase, with_article
from solutions.emoji_if.data.words import NOUNS, Noun

VOCABULARIES = ("chosen", "full")
THINGS = ("animals-nature", "food-drink", "travel-places", "activities", "objects")
"""Groups whose keywords are names. Those of faces and people are moods and deeds."""
GROUPS = ("smileys-emotion", "people-body", *THINGS)
SIGNS = ("religion", "geometric")
"""Subgroups that are kept of the symbols."""
MIRRORED = ": facing right"
FILES = ("en/data.json", "meta/groups.json")
SHORTCODES = ("emojibase", "github", "iamcal", "joypixels")
NO_NAMES = {
    *("art", "barber", "bellhop", "birthday", "date", "feet", "flipper", "goal", "hocho", "japan", "mute"),
    *("oil", "pour", "shopping", "smoking", "sound", "sunny", "tada", "unlock", "zap"),
}
"""Keywords by which an emoji is typed though they are no names of it."""


@dataclass(frozen=True)
class Emoji:
    """One emoji as emojibase-data has it.  code: as of `plain_code`.  shortcodes: by which it is typed."""

    code: str
    label: str
    group: str
    subgroup: str
    keywords: tuple[str, ...] = ()
    shortcodes: frozenset[str] = frozenset()

    @property
    def is_thing(self) -> bool:
        """Whether a picture of it is a picture of something."""
        return (self.group in GROUPS or self.subgroup in SIGNS) and not self.label.endswith(MIRRORED)


def nouns_of(vocabulary: str, cache: Path) -> tuple[Noun, ...]:
    """Return the nouns of a vocabulary; the archives in the cache are read for the full one alone.

    Raises ValueError for an unknown vocabulary, and FileNotFoundError naming the archive to fetch.
    """
    check(vocabulary)
    if vocabulary == "chosen":
        return NOUNS
    icons = icons_by_code(artwork.load(cache), artwork.load_characters(cache))
    return tuple(extend(NOUNS, load(cache), icons))


def check(vocabulary: str) -> None:
    """Raise ValueError, naming the known ones, unless there is such a vocabulary."""
    if vocabulary not in VOCABULARIES:
        raise ValueError(f"no vocabulary is called {vocabulary!r}; choose one of {', '.join(VOCABULARIES)}")


def load(cache: Path) -> list[Emoji]:
    """Return all emoji of emojibase-data in its order.  Raises FileNotFoundError naming what to fetch."""
    data, groups = (json.loads(artwork.read(EMOJIBASE, cache, name)) for name in FILES)
    shortcodes = [
        json.loads(artwork.read(EMOJIBASE, cache, f"en/shortcodes/{name}.json")) for name in SHORTCODES
    ]
    return [
        Emoji(
            artwork.plain_code(entry["hexcode"]),
            entry["label"],
            groups["groups"].get(str(entry.get("group")), ""),
            groups["subgroups"].get(str(entry.get("subgroup")), ""),
            tuple(entry.get("tags", ())),
            frozenset(_typed(entry["hexcode"], shortcodes)),
        )
        for entry in data
    ]


def _typed(code: str, tables: Iterable[Mapping[str, str | list[str]]]) -> Iterator[str]:
    for table in tables:
        found = table.get(code, [])
        yield from (_spaced(name) for name in ([found] if isinstance(found, str) else found))


def _spaced(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ")


def icons_by_code(
    artworks: Sequence[Artwork], characters: Iterable[Mapping[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Return the names under which the sets draw each character: one, or more where the sets disagree."""
    names: dict[str, Counter[str]] = {}
    for table in characters:
        for code, icon in table.items():
            names.setdefault(code, Counter())[icon] = sum(icon in art for art in artworks)
    return {code: _cover([i for i, _ in found.most_common()], artworks) for code, found in names.items()}


def _cover(names: Sequence[str], artworks: Sequence[Artwork]) -> tuple[str, ...]:
    """Return as few of the names as let every set draw that can, the first ones by preference."""
    first = (next((name for name in names if name in art), None) for art in artworks)
    return tuple(dict.fromkeys(name for name in first if name is not None))


def extend(
    chosen: Sequence[Noun], emojis: Sequence[Emoji], icons: Mapping[str, tuple[str, ...]]
) -> Iterator[Noun]:
    """Yield the chosen nouns, then one for each emoji that is drawn, is a thing and shows none of those.

    A keyword is another name of an emoji where it is typed for this emoji, for no other, and names no other.
    """
    yield from chosen
    shown = {icon for noun in chosen for icon in noun.icons}
    taken = {name for noun in chosen for name in (noun.phrase, *noun.synonyms)}
    drawn = [e for e in emojis if e.is_thing and icons.get(e.code) and not shown & {*icons[e.code]}]
    fresh = [(emoji, noun_phrase(emoji.label)) for emoji in drawn]
    claims = Counter(name for emoji in emojis for name in {*emoji.shortcodes, _spaced(emoji.label)})
    taken |= {phrase for _, phrase in fresh}
    for emoji, phrase in fresh:
        names = (with_article(name) for name in _names(emoji) if claims[_spaced(name)] == 1)
        yield Noun(phrase, icons[emoji.code], synonyms=tuple(name for name in names if name not in taken))


def _names(emoji: Emoji) -> list[str]:
    """Return the keywords that are typed for the emoji and may be names of it."""
    words = [keyword.lower() for keyword in emoji.keywords if emoji.group in THINGS]
    return [word for word in words if _spaced(word) in emoji.shortcodes - NO_NAMES and word[0].isalpha()]
