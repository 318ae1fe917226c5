"""The model card's section on the evaluation."""

import json
from pathlib import Path

import pytest
import typer

from solutions.emoji_if import card
from solutions.emoji_if.data.words import COURSE_NOUNS
from solutions.emoji_if.evaluate import REPORT
from solutions.emoji_if.evaluation.kept import digest
from solutions.emoji_if.export import ASSET


def test_the_evaluation_is_of_the_model_that_is_there() -> None:
    assert json.loads(REPORT.read_text())["model"] == digest(ASSET), "evaluate anew, then update the card"


def test_the_card_says_what_the_last_evaluation_found() -> None:
    text = card.CARD.read_text(encoding="utf-8")
    assert card.updated(text, json.loads(REPORT.read_text())) == text, "run python -m solutions.emoji_if.card"


def test_an_evaluation_of_another_model_does_not_reach_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(REPORT.read_text()) | {"model": "0" * 64}
    report, text = tmp_path / "evaluation.json", tmp_path / "card.md"
    report.write_text(json.dumps(found))
    text.write_text(f"{card.BEGIN}{card.END}")
    monkeypatch.setattr(card, "REPORT", report)
    monkeypatch.setattr(card, "CARD", text)
    with pytest.raises(typer.Exit) as ended:
        card.main()
    assert ended.value.exit_code == 2
    assert "run `python -m solutions.emoji_if.evaluate`" in capsys.readouterr().err
    assert text.read_text() == f"{card.BEGIN}{card.END}"


def test_other_findings_are_said_in_another_section() -> None:
    found = json.loads(REPORT.read_text())
    found["fidelity"]["top_1"] = 0.123
    found["nouns"] = {noun.phrase: i % 5 for i, noun in enumerate(COURSE_NOUNS)}
    text = card.section(found)
    assert "top-1 12%" in text
    assert "- first in 4 of 4: an old man" not in text
    assert f"- first in 3 of 4: {COURSE_NOUNS[3].phrase}, {COURSE_NOUNS[8].phrase}" in text
