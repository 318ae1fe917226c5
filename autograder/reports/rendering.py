"""Pages from templates: everything escaped and cleaned, no scripts, styles by their hash."""

import base64
import hashlib
import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.results import Status

from . import decided, files, text

TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 20_000
"""Characters of any one value on a page."""

_MARKS = re.compile(r"`([^`\n]+)`|(?<![\w*])\*(?!\s)([^*`\n]+)(?<!\s)\*(?![\w*])")

SYMBOLS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.SKIPPED: "–", Status.UNGRADED: "!"}


def render(template: str, path: Path, **values: Any) -> None:
    """Write the page that `template` makes of the values; a reader sees the old page or the new one.

    The name of the template's own styles is its name with ".css".  Raises jinja2.UndefinedError when
    a value lacks.
    """
    styles = "\n".join(_read(name) for name in ("page.css", Path(template).stem + ".css"))
    page = (
        _environment()
        .get_template(template)
        .render(styles=Markup(styles), policy=Markup(policy(styles)), **values)
    )
    files.replace(path, page)


def policy(styles: str) -> str:
    """Return the content security policy of a page with these styles: no scripts, nothing from afar."""
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'"
    )


def href(name: str) -> str:
    """Return the relative address of a file or folder called `name`, as the file system gave it."""
    return "./" + quote(os.fsencode(name), safe="")


def prose(value: str, limit: int = LONGEST) -> Markup:
    """Return `value` cleaned and escaped, with `words in backticks` as code and *words in stars* stressed."""
    value = text.clean(value, limit)
    page, end = Markup(""), 0
    for found in _MARKS.finditer(value):
        code, stressed = found.groups()
        marked = Markup("<code>{}</code>").format(code) if code else Markup("<em>{}</em>").format(stressed)
        page += Markup.escape(value[end : found.start()]) + marked
        end = found.end()
    return page + Markup.escape(value[end:])


def paragraphs(value: str) -> list[tuple[bool, str]]:
    """Return the paragraphs of `value`, each after whether it is code: some line of it is indented."""
    blocks = [block.strip("\n") for block in text.clean(value, LONGEST).split("\n\n")]
    return [("\n    " in f"\n{block}", block) for block in blocks if block.strip()]


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_cleaned,
    )
    environment.filters |= {
        "clean": text.clean, "line": text.line, "number": text.number,
        "handed_in": decided.handed_in, "decided": decided.decided,
        "href": href, "prose": prose, "paragraphs": paragraphs, "spoken": _spoken, "percent": _percent,
    }  # fmt: skip
    environment.globals["symbols"] = SYMBOLS
    return environment


def _cleaned(value: Any) -> Any:
    strange = isinstance(value, str) and not isinstance(value, Markup)
    return text.clean(value, LONGEST) if strange else value


def _spoken(name: str) -> str:
    return name.replace("_", " ").strip()


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"
