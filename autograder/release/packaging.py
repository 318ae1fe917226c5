"""The student edition's `pyproject.toml`, derived from the repository's own."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

PACKAGES = ("course", "autograder")
SCRIPT = "course"
EXTRAS = ("deepfloyd",)


def student_pyproject(text: str) -> str:
    """Return a pyproject.toml with our metadata, the packages and the command of students alone."""
    ours = tomllib.loads(text)
    project = dict(ours["project"])
    project["scripts"] = {SCRIPT: project["scripts"][SCRIPT]}
    extras = project.pop("optional-dependencies", {})
    project["optional-dependencies"] = {name: extras[name] for name in EXTRAS if name in extras}
    data = ours["tool"]["setuptools"]["package-data"]
    setuptools = {
        "packages": {"find": {"include": [f"{name}*" for name in PACKAGES]}},
        "package-data": {name: data[name] for name in PACKAGES},
    }
    table = {"build-system": ours["build-system"], "project": project, "tool": {"setuptools": setuptools}}
    return "\n".join(_tables(table, ())).strip("\n") + "\n"


def _tables(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    if plain:
        yield from ("", f"[{'.'.join(path)}]")
        yield from (f"{key} = {_value(value)}" for key, value in plain.items())
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _tables(value, (*path, key))


def _value(value: Any) -> str:
    """Return a string, number, truth value or list of them as TOML writes it, which is as JSON does."""
    if isinstance(value, list) and len(value) > 3:
        return "[\n" + "".join(f"    {_value(item)},\n" for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
