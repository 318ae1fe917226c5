"""What is said of a picture: the styles, how often each is drawn, and which artwork serves it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from solutions.emoji_if import styles
from solutions.emoji_if.artwork import ART_NAMES
from solutions.emoji_if.augment import Augment
from solutions.emoji_if.bank import Bank
from solutions.emoji_if.words import Noun


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
    classifier-free guidance.
    """

    def __init__(
        self, bank: Bank, nouns: Sequence[Noun], augment: Augment, size: int, empty: float = EMPTY
    ) -> None:
        self.bank, self.nouns, self.augment, self.size, self.empty = bank, nouns, augment, size, empty
        self.rows = [[self._rows(i, style) for style in STYLES] for i in range(len(nouns))]
        self.noun_weights = torch.tensor([noun.weight for noun in nouns])
        self.style_weights = torch.tensor([style.weight for style in STYLES])

    def _rows(self, noun: int, style: Style) -> Tensor:
        arts = torch.tensor([ART_NAMES.index(name) for name in style.arts])
        return torch.nonzero((self.bank.nouns == noun) & torch.isin(self.bank.arts, arts))[:, 0]

    def draw(self, count: int, generator: Generator) -> tuple[Tensor, list[str]]:
        """Return (count, 3, size, size) pictures in [-1, 1] and their captions.  generator: on the CPU."""
        drops, names = torch.rand(2, count, generator=generator)
        pictures, nouns, kinds = self._draw(count, generator)
        each = zip(nouns.tolist(), kinds.tolist(), drops.tolist(), names.tolist(), strict=True)
        return pictures, [self._caption(self.nouns[i], k, drop, name) for i, k, drop, name in each]

    def draw_nouns(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return (count, 3, size, size) pictures in [-1, 1] and the indices of their nouns, (count,)."""
        pictures, nouns, _ = self._draw(count, generator)
        return pictures, nouns

    def _draw(self, count: int, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Return pictures, and the indices of their nouns and of their styles."""
        nouns = torch.multinomial(self.noun_weights, count, replacement=True, generator=generator)
        kinds = torch.multinomial(self.style_weights, count, replacement=True, generator=generator)
        picks = torch.rand(count, generator=generator).tolist()
        rows = [self.rows[noun][kind] for noun, kind in zip(nouns.tolist(), kinds.tolist(), strict=True)]
        chosen = torch.stack([_pick(few, pick) for few, pick in zip(rows, picks, strict=True)])
        drawings = self.bank.pictures[chosen.to(self.bank.pictures.device)]
        pictures = self._stylize(self.augment(drawings, self.size, generator), kinds, generator)
        return pictures * 2 - 1, nouns, kinds

    def _caption(self, noun: Noun, kind: int, drop: float, name: float) -> str:
        if drop < self.empty:
            return ""
        others = noun.synonyms if name < SYNONYM else ()
        phrase = others[int(name / SYNONYM * len(others))] if others else noun.phrase
        return STYLES[kind].caption.format(noun=phrase)

    def _stylize(self, pictures: Tensor, kinds: Tensor, generator: Generator) -> Tensor:
        out = pictures.clone()
        for kind in sorted(set(kinds.tolist())):
            where = (kinds == kind).to(pictures.device)
            out[where] = STYLES[kind].process(pictures[where], generator)
        return out


def _pick(rows: Tensor, share: float) -> Tensor:
    return rows[int(share * len(rows))]


def sentences(nouns: Sequence[Noun]) -> list[str]:
    """Return every caption that can be drawn, without doubles, in a fixed order."""
    phrases = [phrase for noun in nouns for phrase in (noun.phrase, *noun.synonyms)]
    return list(dict.fromkeys(style.caption.format(noun=phrase) for style in STYLES for phrase in phrases))
