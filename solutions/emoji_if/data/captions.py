"""What is said of a picture: the styles, how often each is drawn, and which artwork serves it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from solutions.emoji_if.data import styles
from solutions.emoji_if.data.artwork import ART_NAMES
from solutions.emoji_if.data.augment import Augment
from solutions.emoji_if.data.bank import Bank
from solutions.emoji_if.data.words import Noun


@dataclass(frozen=True)
class Style:
    """A caption's pattern, the processing it stands for, the artwork that serves it, its weight."""

    caption: str
    process: Callable[[Tensor, Generator], Tensor]
    arts: tuple[str, ...] = ART_NAMES
    weight: float = 1.0


STYLES = (
    Style("{noun}", styles.plain, weight=0.36),
    Style("a photo of {noun}", styles.photo, ("fluent",), weight=0.14),
    Style("a high quality photo", styles.photo, ("fluent",), weight=0.10),
    Style("an oil painting of {noun}", styles.oil_painting, weight=0.16),
    Style("a lithograph of {noun}", styles.lithograph, weight=0.14),
    Style("a pencil sketch of {noun}", styles.pencil_sketch, weight=0.04),
    Style("pixel art of {noun}", styles.pixel_art, weight=0.03),
    Style("a flat icon of {noun}", styles.plain, ("fluent_flat", "twemoji"), weight=0.03),
)
EMPTY = 0.12
SYNONYM = 0.25
"""How often a noun that has other names goes by one of them."""


class Captioner:
    """Draws batches of captioned pictures from a bank.

    A noun is drawn by its weight, then a style by its own, then one of the bank's pictures that fit both, and
    the name that the caption calls it. One caption in eight or so (`empty`) is left empty: the null prompt of
    classifier-free guidance. Where no artwork that a style asks for has the noun, any other serves.
    """

    def __init__(
        self, bank: Bank, nouns: Sequence[Noun], augment: Augment, size: int, empty: float = EMPTY
    ) -> None:
        self.bank, self.nouns, self.augment, self.size, self.empty = bank, nouns, augment, size, empty
        shown: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row, (noun, art) in enumerate(zip(bank.nouns.tolist(), bank.arts.tolist(), strict=True)):
            shown[noun].append((row, art))
        self.rows = [
            [_fitting(rows, style) for style in STYLES] for rows in (shown[i] for i in range(len(nouns)))
        ]
        self.noun_weights = torch.tensor([noun.weight for noun in nouns])
        self.style_weights = torch.tensor([style.weight for style in STYLES])

    def draw(
        self, count: int, generator: Generator, looks: Generator | None = None
    ) -> tuple[Tensor, list[str]]:
        """Return (count, 3, size, size) pictures in [-1, 1], on the bank's device, and their captions.

        generator: on the CPU, says what is drawn and how it is called.  looks: says how it looks, on the
        bank's device if nothing but indices shall travel there; the same generator if left out.
        """
        nouns, kinds, (picks, drops, names) = self._chosen(count, generator)
        pictures = self._pictures(nouns, kinds, picks, looks or generator)
        each = zip(nouns, kinds, drops, names, strict=True)
        return pictures, [
            self._caption(self.nouns[noun], kind, drop, name) for noun, kind, drop, name in each
        ]

    def draw_nouns(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return (count, 3, size, size) pictures in [-1, 1] and the indices of their nouns, (count,)."""
        nouns, kinds, (picks, _, _) = self._chosen(count, generator)
        return self._pictures(nouns, kinds, picks, generator), torch.tensor(nouns)

    def _chosen(self, count: int, generator: Generator) -> tuple[list[int], list[int], list[list[float]]]:
        """Return nouns, styles, and three numbers in [0, 1) for each picture."""
        nouns = torch.multinomial(self.noun_weights, count, replacement=True, generator=generator)
        kinds = torch.multinomial(self.style_weights, count, replacement=True, generator=generator)
        return nouns.tolist(), kinds.tolist(), torch.rand(3, count, generator=generator).tolist()

    def _pictures(
        self, nouns: Sequence[int], kinds: Sequence[int], picks: Sequence[float], looks: Generator
    ) -> Tensor:
        each = zip(nouns, kinds, picks, strict=True)
        chosen = torch.tensor([_pick(self.rows[noun][kind], share) for noun, kind, share in each])
        drawings = self.bank.pictures[chosen.to(self.bank.pictures.device)]
        return self._stylize(self.augment(drawings, self.size, looks), torch.tensor(kinds), looks) * 2 - 1

    def _caption(self, noun: Noun, kind: int, drop: float, name: float) -> str:
        if drop < self.empty:
            return ""
        others = noun.synonyms if name < SYNONYM else ()
        phrase = others[int(name / SYNONYM * len(others))] if others else noun.phrase
        return STYLES[kind].caption.format(noun=phrase)

    def _stylize(self, pictures: Tensor, kinds: Tensor, generator: Generator) -> Tensor:
        out = pictures.clone()
        for kind in sorted(set(kinds.tolist())):
            where = torch.nonzero(kinds == kind)[:, 0].to(pictures.device)
            out[where] = STYLES[kind].process(pictures[where], generator)
        return out


def _fitting(rows: list[tuple[int, int]], style: Style) -> list[int]:
    """Return which of a noun's rows (row of the bank, artwork set) serve the style."""
    arts = {ART_NAMES.index(name) for name in style.arts}
    return [row for row, art in rows if art in arts] or [row for row, _ in rows]


def _pick(rows: list[int], share: float) -> int:
    return rows[int(share * len(rows))]


def sentences(nouns: Sequence[Noun]) -> list[str]:
    """Return every caption that can be drawn, without doubles, in a fixed order."""
    phrases = [phrase for noun in nouns for phrase in (noun.phrase, *noun.synonyms)]
    return list(dict.fromkeys(style.caption.format(noun=phrase) for style in STYLES for phrase in phrases))
