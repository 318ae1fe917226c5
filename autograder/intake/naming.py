"""Which names a piece of Python gives values to, and which it expects somebody else to have given."""

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator
from functools import lru_cache

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Import = ast.Import | ast.ImportFrom
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python says of text that is not its own, of null bytes, and of nesting without end."""


def parsed(source: str) -> ast.Module:
    """Return the syntax tree; raises one of UNPARSABLE where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def bound(node: ast.stmt) -> list[str]:
    """Return the names that a definition, an import or an assignment gives a value to, also under an if."""
    if isinstance(node, Definition):
        return [node.name]
    if isinstance(node, Import):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.If | ast.Try):
        inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.ExceptHandler)]
        inner += [child for handler in getattr(node, "handlers", ()) for child in handler.body]
        return list(dict.fromkeys(n for child in inner if isinstance(child, ast.stmt) for n in bound(child)))
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and _stored(n)]
    return []


@lru_cache(maxsize=10_000)
def missing(source: str) -> tuple[str, ...]:
    """Return the names that a module reads and neither it nor Python has; raises one of UNPARSABLE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = symtable.symtable(source, "cell", "exec")
    given = {
        symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()
    }
    read = {name: None for table in _tables(top) for name in _read(table)}
    return tuple(sorted(name for name in read if name not in given and not hasattr(builtins, name)))


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()


def _tables(top: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    waiting = [top]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        yield table


def _stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)
