"""Tables that an instructor keeps as CSV, read so that an error can name its line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    place: str
    """Where it stands, for an error: "overrides.csv, line 3"."""
    cells: Mapping[str, str]
    """By the columns' names; "" for what is not there."""


def read(path: Path, needed: Sequence[str], optional: Sequence[str]) -> list[Row]:
    """Return the rows of a CSV file in which anything stands; separated by commas, or all by semicolons.

    Columns are found by their names, whatever their order; others are passed over.  Raises ValueError that
    names the file, the line and the remedy.  Raises OSError.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not UTF-8 text; save it as CSV in UTF-8") from None
    heading = text.partition("\n")[0]
    separator = ";" if ";" in heading and "," not in heading else ","
    records = _records(path.name, text, separator)
    _, cells = next(records, ("", []))
    columns = [cell.strip().lower() for cell in cells]
    for name in needed:
        if name not in columns:
            found = ", ".join(filter(None, columns)) or "nothing"
            first = f"make this its first line: {','.join((*needed, *optional))}"
            raise ValueError(f"{path.name}: no column is called {name!r} (there is {found}); {first}")
    return list(_rows(records, columns, (*needed, *optional)))


def _rows(
    records: Iterator[tuple[str, list[str]]], columns: list[str], wanted: Sequence[str]
) -> Iterator[Row]:
    for place, cells in records:
        if len(cells) > len(columns):
            raise ValueError(
                f"{place} has {len(cells)} cells, the heading {len(columns)}; put text with commas in quotes"
            )
        found = {name: normalize("NFC", cell.strip()) for name, cell in zip(columns, cells, strict=False)}
        if any(found.values()):
            yield Row(place, {name: found.get(name, "") for name in wanted})


def _records(name: str, text: str, separator: str) -> Iterator[tuple[str, list[str]]]:
    """Yield records with where they begin."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield f"{name}, line {begins}", cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{name}, line {begins}: {error}; mend the quotes") from None
