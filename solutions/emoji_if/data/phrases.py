"""An emoji's label as a noun phrase: in lower case, with an article where English wants one."""

import re

SINGULAR = {"person", "man", "woman", "face", "rhinoceros", "canvas", "lens", "gas"}
PLURAL = {"people", "men", "women", "skis", "feet", "teeth", "fries"}
UNCOUNTED = {
    *("bacon", "badminton", "baggage", "bread", "broccoli", "butter", "cheese", "coral", "corn", "curry"),
    *("dna", "fog", "food", "garlic", "ginger", "golf", "hockey", "honey", "ice", "japan", "lacrosse"),
    *("luggage", "milk", "money", "oden", "popcorn", "ramen", "rice", "rugby", "sake", "salt", "soap"),
    *("mahjong", "soccer", "spaghetti", "sushi", "tennis", "water", "wood", "yarn", "archery", "zzz"),
    *("bowling", "breast-feeding", "construction", "cooking", "dizzy", "foggy", "locked", "unlocked"),
}
NAMES = re.compile(r"(santa|mrs|mx)\b|mount |saturn$|.* o'clock$|.*-thirty$|.*-struck$")
STOP = {"with", "without", "in", "of", "on", "at", "to", "from", "behind", "over", "showing"}
AN = re.compile(r"(?!uni|one|eu|ewe|ufo|u-)[aeiou]|hour|x-?ray")


def noun_phrase(label: str) -> str:
    """Return what a caption calls an emoji of this label: "an ear of corn", "three books", "a bald man"."""
    plain = label.lower().replace("’", "'")
    bearer, _, kind = plain.partition(": ")
    if kind:
        plain = f"{kind} {bearer}" if kind == "bald" else f"{bearer} with {kind}"
    return with_article(plain)


def with_article(phrase: str) -> str:
    """Return the phrase with "a" or "an", or as it is where it is a plural, uncounted, or a name."""
    if NAMES.match(phrase) or _is_bare(phrase):
        return phrase
    return f"{'an' if AN.match(phrase) else 'a'} {phrase}"


def _is_bare(phrase: str) -> bool:
    """Tell whether the noun that the phrase is about stands without an article."""
    words = phrase.split()
    if words[0] in SINGULAR | PLURAL:
        return words[0] in PLURAL
    ends = (i for i, word in enumerate(words) if word in STOP)
    head = words[max(next(ends, len(words)), 1) - 1]
    plural = head.endswith("s") and not head.endswith(("ss", "us", "is")) and head not in SINGULAR
    return plural or head in PLURAL | UNCOUNTED
