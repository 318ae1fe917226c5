"""Words that no caption has, and the nouns nearest to them: what a student is told who asks for a zebra.

The words are those by which emojibase-data names and sorts the emoji, near ones by the pictures they share.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from solutions.emoji_if.data import artwork, catalogue
from solutions.emoji_if.data.catalogue import Emoji
from solutions.emoji_if.data.words import Noun

MOST = 3
"""Nouns that are named for a word."""
SHORTEST = 3
NO_THINGS = {"and", "for", "from", "not", "the", "with", "without"}
KINSHIP = 0.2
"""How near two emoji of one subgroup are that share no keyword, where 1 is the same emoji."""
LEAST = 0.15
"""What is less near is not named."""
ARTICLE = re.compile(r"(an?|the) ")


def related_words(nouns: Sequence[Noun], cache: Path) -> dict[str, list[str]]:
    """Return for each word of the emoji that no noun has the nearest nouns, from the archives in the cache.

    Raises FileNotFoundError naming the archive to fetch.
    """
    icons = catalogue.icons_by_code(artwork.load(cache), artwork.load_characters(cache))
    return relate(nouns, catalogue.load(cache), icons)


def relate(
    nouns: Sequence[Noun], emojis: Sequence[Emoji], icons: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    """Return up to three nouns, without article and nearest first, for each word that no noun has.

    icons: the names under which the artwork draws each emoji, as of `catalogue.icons_by_code`.
    """
    known = {word for noun in nouns for name in (noun.phrase, *noun.synonyms) for word in _words(name)}
    things = [emoji for emoji in emojis if emoji.is_thing]
    shown = [[e for e in things if {*icons.get(e.code, ())} & {*noun.icons}] for noun in nouns]
    said: dict[str, list[Emoji]] = defaultdict(list)
    for emoji in things:
        for word in sorted(_words_of(emoji) - known):
            said[word].append(emoji)
    uses = Counter(keyword for emoji in things for keyword in emoji.keywords)
    rarity = {keyword: 1 / count for keyword, count in uses.items()}
    names = [ARTICLE.sub("", noun.phrase, count=1) for noun in nouns]
    ranked = {word: _ranked(said[word], names, shown, rarity) for word in sorted(said)}
    return {word: near for word, near in ranked.items() if near}


def _ranked(
    said_of: Sequence[Emoji],
    names: Sequence[str],
    shown: Sequence[Sequence[Emoji]],
    rarity: Mapping[str, float],
) -> list[str]:
    """Return the names whose emoji are nearest to those a word is said of; of equals the earlier first."""
    scores = [max((_nearness(a, b, rarity) for a in said_of for b in own), default=0.0) for own in shown]
    order = sorted(range(len(names)), key=lambda i: -scores[i])
    return [names[i] for i in order[:MOST] if scores[i] >= LEAST]


def _nearness(first: Emoji, second: Emoji, rarity: Mapping[str, float]) -> float:
    """Return 1 for the same emoji, else more for those that share keywords which few others have."""
    if first.code == second.code:
        return 1.0
    shared = sum(rarity[keyword] for keyword in {*first.keywords} & {*second.keywords})
    kin = (first.group, first.subgroup) == (second.group, second.subgroup)
    return KINSHIP * kin + min(shared, 1 - KINSHIP)


def _words_of(emoji: Emoji) -> set[str]:
    return {word for text in (emoji.label, *emoji.keywords) for word in _words(text)}


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text that may be asked for, in lower case."""
    for word in re.findall(r"[a-z]+", text.lower()):
        if len(word) >= SHORTEST and word not in NO_THINGS:
            yield word
