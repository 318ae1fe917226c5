"""The colours can be read, by day and by night."""

import re

import pytest

from autograder.reports.rendering import TEMPLATES

CSS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.css")))
PAIRS = [
    *((text, ground) for text in ("ink", "soft", "accent") for ground in ("ground", "card")),
    *((name, f"{name}-ground") for name in ("passed", "failed", "skipped", "ungraded")),
    *(("ink", f"{name}-ground") for name in ("passed", "failed", "skipped", "ungraded")),
    *(("ink", f"level{i}") for i in range(5)),
]


def schemes() -> dict[str, dict[str, str]]:
    """Return the colours by name, by day and by night."""
    night = re.findall(r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", CSS, re.DOTALL)
    day = re.findall(r"^:root \{(.*?)\}", CSS, re.DOTALL | re.MULTILINE)
    return {
        name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", " ".join(blocks)))
        for name, blocks in (("day", day), ("night", night))
    }


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["day", "night"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out(scheme: str, text: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[text], colours[ground]) >= 4.5


def test_both_schemes_name_the_same_colours() -> None:
    assert schemes()["day"].keys() == schemes()["night"].keys()


def test_nothing_comes_from_afar() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "</" not in CSS
