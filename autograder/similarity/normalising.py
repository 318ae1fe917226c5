"""Code as a sequence of plain words: what is left of it when names, texts, numbers and comments are gone."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 200_000
MOST_WORDS = 100_000
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
NAMING = frozenset([*DEFINITIONS, ast.arg, ast.Attribute])


class NormalisingError(Exception):
    """The code cannot be compared; the message says why."""


@dataclass(frozen=True)
class Passage:
    """One function, method or statement at the top of a module or class: its words, and the line of each."""

    words: tuple[str, ...]
    lines: tuple[int, ...]


def passages(source: bytes) -> list[Passage]:
    """Return a module's passages; the order in which it has them means nothing.

    Names, literals, docstrings and comments are not in the words; what is called of a library is.
    Raises NormalisingError where the module is too large, too deep or no Python.
    """
    if len(source) > LARGEST:
        raise NormalisingError(f"it is larger than {LARGEST // 1000} kB")
    walks = [_walk(statement) for statement in _statements(_parsed(source))]
    if sum(map(len, walks)) > MOST_WORDS:
        raise NormalisingError(f"it has more than {MOST_WORDS:,} words")
    own = {name for walk in walks for node, _ in walk if type(node) in NAMING for name in _given(node)}
    return [_passage(walk, own) for walk in walks]


def _parsed(source: bytes) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise NormalisingError(f"it is no Python ({type(error).__name__})") from None
    except (RecursionError, MemoryError):
        raise NormalisingError("it is nested too deeply") from None


def _given(node: ast.AST) -> tuple[str, ...]:
    """Return the name that the module itself gives here, and that another could have given differently."""
    if isinstance(node, ast.arg):
        return (node.arg,)
    if isinstance(node, DEFINITIONS):
        return (node.name,)
    return (node.attr,) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) else ()


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield what stands at the top of the module and of its classes, in whatever order they are."""
    waiting: list[ast.stmt] = list(reversed(tree.body))
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, ast.ClassDef):
            waiting.extend(reversed(statement.body))
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement


def _walk(statement: ast.stmt) -> list[tuple[ast.AST, int]]:
    """Return the nodes of a statement, each with its line; parents come before their children."""
    found: list[tuple[ast.AST, int]] = []
    waiting: list[tuple[ast.AST, int]] = [(statement, statement.lineno)]
    while waiting:
        node, line = waiting.pop()
        if isinstance(node, ast.Expr) and _is_text(node.value):
            continue
        line = getattr(node, "lineno", line)
        found.append((node, line))
        waiting.extend((child, line) for child in _children(node))
    return found


def _children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below this one, the last one first."""
    children: list[ast.AST] = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            children += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
            children.append(value)
    children.reverse()
    return children


def _passage(walk: list[tuple[ast.AST, int]], own: set[str]) -> Passage:
    return Passage(tuple(_word(node, own) for node, _ in walk), tuple(line for _, line in walk))


def _is_text(value: ast.expr) -> bool:
    """Tell whether a statement of this value alone is a docstring, or a text that stands like one."""
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _word(node: ast.AST, own: set[str]) -> str:
    kind = type(node).__name__
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "arg", None)
    return kind if not isinstance(name, str) or name in own else f"{kind} {name}"
