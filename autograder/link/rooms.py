"""A student's section files as modules: imported one by one, so that a broken one spoils no other.

Where a file cannot be imported, and where a function is not in its file, later sections still import:
they receive a placeholder, which raises the reason when it is called and no working one is lent.
This file also runs beside student code, so it imports nothing of the project but its siblings here.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from .describe import describe
from .failures import Failure, Missing, from_message, to_message

SECTION_FILE = re.compile(r"s\d\w*")
GIVEN = "toolkit"

Key = tuple[str, str]


class Placeholder:
    """Stands in a module for a function that is not there."""

    def __init__(self, rooms: "Rooms", key: Key) -> None:
        """Stand for the function `key`, a section and a name."""
        self._rooms, self._key = rooms, key

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function lent in its place; raises the Failure that explains the gap without one."""
        return self._rooms.substitute(*self._key)(*args, **kwargs)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """Raise the Failure: a class that is not there cannot be built upon."""
        raise self._rooms.why_missing(*self._key)


class Rooms(MetaPathFinder):
    """The section modules of one package, such as "course"."""

    def __init__(
        self,
        package: str,
        *,
        keyboard: bool = False,
        announce: Callable[[str, bool], None] = lambda section, begins: None,
    ) -> None:
        """Take the package by name.

        keyboard: lets Ctrl-C through, for use in one's own process.  announce: called with a section
        before its file is run (True) and after (False).
        """
        self.package = package
        self._announce = announce
        self._buried: dict[str, Failure] = {}
        self.keyboard = keyboard
        self._broken: dict[str, Failure] = {}
        self._lent: dict[Key, Callable[..., Any]] = {}

    @property
    def root(self) -> Path:
        """Return the package's folder."""
        module = importlib.import_module(self.package)
        return Path(next(iter(module.__path__))).resolve()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let broken and missing files be imported as placeholders for a while."""
        sys.meta_path.insert(0, self)
        try:
            yield
        finally:
            sys.meta_path.remove(self)

    def load(self, sections: Iterable[str]) -> None:
        """Import the sections; what goes wrong is remembered until one of their functions is wanted."""
        for section in sections:
            name = self._module_name(section)
            if name in sys.modules or section in self._broken:
                continue
            try:
                importlib.import_module(name)
            except BaseException as error:
                self.note(section, error)

    def bury(self, section: str, failure: Failure) -> None:
        """Never run a section's file: it fails with `failure` instead."""
        self._buried[section] = failure

    def note(self, section: str, error: BaseException) -> Failure:
        """Remember why a section cannot be imported, and return it; Ctrl-C passes where it should."""
        if self.keyboard and isinstance(error, KeyboardInterrupt):
            raise error
        self._broken[section] = self._import_failure(section, error)
        return self._broken[section]

    def function(self, section: str, name: str) -> Callable[..., Any]:
        """Return a section's function; raises Missing, or whatever kept its file from being imported."""
        if (section, name) in self._lent:
            return self._lent[section, name]
        if section in self._broken:
            raise self._broken[section].with_traceback(None)
        found = vars(sys.modules[self._module_name(section)]).get(name, Placeholder(self, (section, name)))
        if not callable(found):
            kind = type(found).__name__
            raise Missing(f"`{name}` in {self._file(section)} is of type {kind}; define it as a function")
        if isinstance(found, Placeholder):
            return self.substitute(section, name)
        return found  # type: ignore[no-any-return]

    def substitute(self, section: str, name: str) -> Callable[..., Any]:
        """Return the function lent in place of a missing one, or raise the Failure that explains it."""
        if (section, name) not in self._lent:
            raise self.why_missing(section, name)
        return self._lent[section, name]

    def why_missing(self, section: str, name: str) -> Failure:
        """Return the reason why a function is not there."""
        absent = Missing(f"{self._file(section)} has no function `{name}`; define it under exactly this name")
        return self._broken.get(section, absent).with_traceback(None)

    @contextmanager
    def lend(self, lent: Mapping[Key, Callable[..., Any]]) -> Iterator[None]:
        """Put other functions in the place of the student's, wherever their modules hold them."""
        before, self._lent = self._lent, {**self._lent, **lent}
        replaced: list[tuple[dict[str, Any], str, Any]] = []
        try:
            for scope, name, function in self._holders(lent):
                replaced.append((scope, name, scope[name]))
                scope[name] = function
            yield
        finally:
            self._lent = before
            for scope, name, value in reversed(replaced):
                scope[name] = value

    def _holders(self, lent: Mapping[Key, Callable[..., Any]]) -> list[tuple[dict[str, Any], str, Any]]:
        """Return where the modules hold what is lent for, and what belongs there, from one look at all."""
        functions: dict[int, Any] = {}
        values: dict[tuple[int, str], Any] = {}
        for (section, name), function in lent.items():
            home = sys.modules.get(self._module_name(section))
            if not isinstance(home, ModuleType) or name not in vars(home):
                continue
            if callable(wanted := vars(home)[name]):
                functions[id(wanted)] = function
            else:
                values[id(wanted), name] = function
        if not functions and not values:
            return []
        held = [(scope, *item) for scope in self._scopes() for item in list(scope.items())]
        told = [(scope, name, functions.get(id(v), values.get((id(v), name)))) for scope, name, v in held]
        return [(scope, name, function) for scope, name, function in told if function is not None]

    def _scopes(self) -> list[dict[str, Any]]:
        within, given = f"{self.package}.", f"{self.package}.{GIVEN}"
        ours = [name for name in sys.modules if name.startswith(within) and not in_(name, given)]
        modules = [sys.modules[name] for name in ours]
        return [vars(module) for module in modules if isinstance(module, ModuleType)]

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the spec of a section module, one that does not fail (importlib's interface)."""
        if fullname.count(".") < 2 or not fullname.startswith(self.package + "."):
            return None
        if in_(fullname, f"{self.package}.{GIVEN}"):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = Guard(self, spec.loader)
        elif SECTION_FILE.fullmatch(fullname.rpartition(".")[2]):
            return ModuleSpec(fullname, Guard(self, None))
        return spec

    def guard(self, module: ModuleType, execute: Callable[[ModuleType], None]) -> None:
        """Run a module; where that fails, empty it; let placeholders answer for what it lacks."""
        section = module.__name__.removeprefix(self.package + ".")
        self._announce(section, True)
        try:
            if section in self._buried:
                raise self._buried[section]
            execute(module)
        except BaseException as error:
            self.note(section, error)
            for name in [name for name in vars(module) if not name.startswith("__")]:
                del vars(module)[name]
        vars(module).setdefault("__getattr__", self._answer_for(section))
        self._announce(section, False)

    def _answer_for(self, section: str) -> Callable[[str], Placeholder]:
        def answer(name: str) -> Placeholder:
            if name.startswith("_") or self not in sys.meta_path:
                raise AttributeError(f"{self._file(section)} has no `{name}`")
            return Placeholder(self, (section, name))

        return answer

    def _import_failure(self, section: str, error: BaseException) -> Failure:
        name = self._module_name(section)
        if isinstance(error, ModuleNotFoundError) and error.name and in_(name, error.name):
            return Missing(f"{self._file(section)} is not there; put it back under this name")
        failure = describe(error, self.root)
        reason = f"{self._file(section)} cannot be imported, so nothing in it can run. {failure}"
        return from_message(to_message(failure) | {"message": reason})

    def _module_name(self, section: str) -> str:
        return f"{self.package}.{section}"

    def _file(self, section: str) -> str:
        return section.replace(".", "/") + ".py"


class Guard(Loader):
    """Loads a section's file through another loader; a file that fails or lacks becomes a stand-in."""

    def __init__(self, rooms: Rooms, loader: Loader | None) -> None:
        """Load through `loader`; without one the file is missing."""
        self._rooms, self._loader = rooms, loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return None: an ordinary module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, guarded."""
        self._rooms.guard(module, self._loader.exec_module if self._loader else absent)

    def __getattr__(self, name: str) -> Any:
        """Answer as the other loader does, to `inspect` and its like."""
        return getattr(self._loader, name)


def absent(module: ModuleType) -> None:
    """Raise what importing a module without a file raises."""
    raise ModuleNotFoundError(f"No module named {module.__name__!r}", name=module.__name__)


def in_(name: str, package: str) -> bool:
    """Tell whether a module is a package or lies in it."""
    return name == package or name.startswith(package + ".")
