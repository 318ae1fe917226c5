"""A cell's source as code that can stand in a module: tried, and rid of what only a notebook has."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from .naming import UNPARSABLE, Definition, parsed

LARGEST = 2**20
_MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
"""Lines for the notebook itself: %matplotlib inline, !course list, ?forward, forward??"""


@dataclass(frozen=True)
class Code:
    """The code of one cell.

    nodes: its statements, but for those in `future`.  text: what stands for them in a module.
    future: its imports from __future__, which have to stand on top of a module.
    """

    nodes: tuple[ast.stmt, ...]
    text: str
    future: tuple[str, ...] = ()


def code(source: str) -> Code:
    """Return the code of a cell, without lines for the notebook itself; raises one of UNPARSABLE.

    Definitions are as they were written.  Any other statement may fail at no cost: it tries something out,
    perhaps with what only a notebook has.
    """
    if len(source) > LARGEST:
        raise ValueError(f"it is longer than {LARGEST:,} characters")
    text = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text.encode()
    try:
        tree = _runnable(text)
    except SyntaxError:
        text = _MAGIC.sub(lambda magic: f"{magic[1]}pass" if magic[1] else "", text)
        tree = _runnable(text)
    future = tuple(ast.unparse(node) for node in tree.body if _from_the_future(node))
    nodes = tuple(node for node in tree.body if not (_from_the_future(node) or isinstance(node, ast.Pass)))
    return Code(nodes, "\n\n".join(_standing(nodes, text)) if future or not _plain(nodes) else text, future)


def failing(definition: ast.stmt, reason: str) -> Code:
    """Return what takes the place of a function or a class that cannot be had: using it tells the reason."""
    said = f"raise SyntaxError({reason!r})"
    name = getattr(definition, "name", "_")
    if isinstance(definition, ast.ClassDef):
        text = f"class {name}:\n    def __init__(self, *args, **kwargs):\n        {said}"
    else:
        text = f"def {name}(*args, **kwargs):\n    {said}"
    return Code(tuple(parsed(text).body), text)


def attempt(node: ast.stmt) -> str:
    """Return a statement as one that may fail at no cost."""
    failed = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
    return ast.unparse(ast.fix_missing_locations(ast.Try([node], [failed], [], [])))


def why(error: BaseException) -> str:
    """Return what is wrong with a cell, given which of UNPARSABLE it raised."""
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeError) or "null bytes" in str(error):
        return "it holds characters that no Python file has"
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}" if error.lineno else error.msg
    return str(error)


def _runnable(text: str) -> ast.Module:
    """Return the syntax tree of code that Python would run, whatever it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "the cell", "exec", dont_inherit=True)
    return parsed(text)


def _from_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _plain(nodes: tuple[ast.stmt, ...]) -> bool:
    return all(isinstance(node, Definition) for node in nodes)


def _standing(nodes: tuple[ast.stmt, ...], text: str) -> Iterator[str]:
    for node in nodes:
        yield _lines(node, text) if isinstance(node, Definition) else attempt(node)


def _lines(node: Definition, text: str) -> str:
    """Return the source of a definition; it is written anew where it shares its lines with something."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = "\n".join(text.split("\n")[first - 1 : node.end_lineno])
    try:
        alone = len(parsed(lines).body) == 1
    except UNPARSABLE:
        alone = False
    return lines if alone else ast.unparse(node)
