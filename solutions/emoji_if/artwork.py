"""Emoji artwork: four openly licensed sets from the npm registry, drawn to pixels by resvg."""

import io
import json
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import resvg_py
from PIL import Image


@dataclass(frozen=True)
class Package:
    """One artwork set: its short name, its npm package with the exact version, its licence and its makers."""

    name: str
    npm: str
    version: str
    licence: str
    makers: str


PACKAGES = (
    Package("fluent", "@iconify-json/fluent-emoji", "1.2.7", "MIT", "Microsoft Corporation"),
    Package("fluent_flat", "@iconify-json/fluent-emoji-flat", "1.2.6", "MIT", "Microsoft Corporation"),
    Package("noto", "@iconify-json/noto", "1.2.9", "Apache-2.0", "Google Inc."),
    Package("twemoji", "@iconify-json/twemoji", "1.2.5", "CC BY 4.0", "Twitter, Inc. and other contributors"),
)
ART_NAMES = tuple(package.name for package in PACKAGES)
NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
DEFAULT_CACHE = Path.home() / ".cache" / "emoji_if"


@dataclass
class Artwork:
    """The drawings of one set, by emoji name.  Drawings are rendered once and remembered."""

    name: str
    bodies: dict[str, str]
    sizes: dict[str, tuple[float, float]]
    _drawn: dict[tuple[str, int], Image.Image] = field(default_factory=dict, repr=False)

    def __contains__(self, icon: str) -> bool:
        return icon in self.bodies

    def draw(self, icon: str, size: int) -> Image.Image:
        """Return the emoji as an RGBA picture of size × size.  Raises KeyError for a name the set lacks."""
        if (icon, size) not in self._drawn:
            width, height = self.sizes[icon]
            self._drawn[icon, size] = rasterize(self.bodies[icon], width, height, size)
        return self._drawn[icon, size]


def rasterize(body: str, width: float, height: float, size: int) -> Image.Image:
    """Return the inside of an <svg> element, on a canvas of width × height, as RGBA pixels of size × size."""
    svg = f'<svg {NAMESPACES} viewBox="0 0 {width} {height}" width="{size}" height="{size}">{body}</svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def parse(name: str, icons_json: str) -> Artwork:
    """Return the artwork held in the text of an iconify `icons.json`."""
    data = json.loads(icons_json)
    width, height = data.get("width", 16), data.get("height", 16)
    icons = data["icons"] | {alias: data["icons"][entry["parent"]] for alias, entry in _aliases(data).items()}
    sizes = {icon: (entry.get("width", width), entry.get("height", height)) for icon, entry in icons.items()}
    return Artwork(name, {icon: entry["body"] for icon, entry in icons.items()}, sizes)


def _aliases(data: dict[str, Any]) -> dict[str, dict[str, str]]:
    aliases: dict[str, dict[str, str]] = data.get("aliases", {})
    return {alias: entry for alias, entry in aliases.items() if entry["parent"] in data["icons"]}


def archive(package: Package, cache: Path) -> Path:
    """Return where `npm pack` puts the package's archive."""
    stem = package.npm.removeprefix("@").replace("/", "-")
    return cache / f"{stem}-{package.version}.tgz"


def fetch(cache: Path) -> None:
    """Fetch the archives that the cache folder lacks from the npm registry, with the npm client."""
    cache.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not archive(package, cache).is_file():
            command = ["npm", "pack", "--silent", f"{package.npm}@{package.version}"]
            subprocess.run(command, cwd=cache, check=True, stdout=subprocess.DEVNULL)


def load(cache: Path) -> list[Artwork]:
    """Return the four artwork sets from the cache folder.  Raises FileNotFoundError naming what to fetch."""
    return [parse(package.name, _read(package, cache)) for package in PACKAGES]


def _read(package: Package, cache: Path) -> str:
    path = archive(package, cache)
    if not path.is_file():
        remedy = "add --fetch to `python -m solutions.emoji_if.train` to get it from the npm registry"
        raise FileNotFoundError(f"{path} is missing; {remedy}")
    with tarfile.open(path) as opened:
        member = opened.extractfile("package/icons.json")
        assert member is not None, f"{path} holds no package/icons.json"
        return member.read().decode()
