"""nbgrader's gradebook, opened for one change that happens as a whole or not at all."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

COURSE = "diffusion-course"
FORM = "sqlite:///gradebook.db or postgresql+psycopg://user@host/name"
UNCHANGED = "nothing in it was changed"
REMEDIES = {
    "no such column": "back it up and run `nbgrader db upgrade`",
    "is locked": "wait until the other program is done with it",
    "disk is full": "make room on the disk",
}
OTHERWISE = "give a database that is there and that you may write to"


class GradebookError(ValueError):
    """The gradebook cannot be used; the message names it, the reason and the remedy."""


@contextmanager
def opened(url: str, course: str = COURSE) -> "Iterator[Session]":
    """Open the gradebook at a URL of SQLAlchemy's, and save all that was changed at the end.

    Its tables are made where there are none.  Where the block raises, or the database refuses, nothing of
    the block is saved.  Raises GradebookError.
    """
    name = shown(url)
    try:
        with _without_tracebacks(), Gradebook(url, course) as gradebook:
            yield gradebook.db
            gradebook.db.commit()
    except ModuleNotFoundError as error:
        raise GradebookError(
            f"{name} needs the module {error.name}, which is not here; install a driver of that database "
            f"(psycopg for PostgreSQL) and name it, as in {FORM}"
        ) from None
    except (SQLAlchemyError, InvalidEntry) as error:
        reason = _reason(error)
        remedy = next((remedy for sign, remedy in REMEDIES.items() if sign in reason), OTHERWISE)
        raise GradebookError(f"the gradebook {name}: {reason}; {UNCHANGED}; {remedy}") from None


def shown(url: str) -> str:
    """Return a database's URL without its password; raises GradebookError where it is none."""
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise GradebookError(f"{url.partition('://')[0]!r} begins no database's URL; write {FORM}") from None
    except ModuleNotFoundError:
        pass
    return parsed.render_as_string(hide_password=True)


def _reason(error: Exception) -> str:
    """Return what the database said, in one line."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return " ".join(str(said).split())


@contextmanager
def _without_tracebacks() -> Iterator[None]:
    """Keep nbgrader from logging the traceback of what is raised anyway."""
    log = logging.getLogger("tornado.application")
    before = log.disabled
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = before
