"""Emoji artwork: four openly licensed sets from the npm registry, drawn to pixels by resvg; and its names."""

import io
import json
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image


@dataclass(frozen=True)
class Package:
    """What is read from npm: a short name, the package with its exact version, its licence and its makers."""

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
EMOJIBASE = Package("emojibase", "emojibase-data", "17.0.0", "MIT", "Miles Johnson")
"""What each emoji is called; it holds no artwork."""
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
    import resvg_py  # here, because a run that has its bank needs no renderer

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
    for package in (*PACKAGES, EMOJIBASE):
        if not archive(package, cache).is_file():
            command = ["npm", "pack", "--silent", f"{package.npm}@{package.version}"]
            subprocess.run(command, cwd=cache, check=True, stdout=subprocess.DEVNULL)


def load(cache: Path) -> list[Artwork]:
    """Return the four artwork sets from the cache folder.  Raises FileNotFoundError naming what to fetch."""
    return [parse(package.name, read(package, cache, "icons.json")) for package in PACKAGES]


def load_characters(cache: Path) -> list[dict[str, str]]:
    """Return for each set which character, by its code as of `plain_code`, it draws under which name."""
    each = (json.loads(read(package, cache, "chars.json")) for package in PACKAGES)
    return [{plain_code(code): icon for code, icon in icons.items()} for icons in each]


def plain_code(code: str) -> str:
    """Return an emoji's code points in lower case without U+FE0F, which makes no other picture."""
    return "-".join(point for point in code.lower().split("-") if point != "fe0f")


def read(package: Package, cache: Path, member: str) -> str:
    """Return a text file of the package's archive.  Raises FileNotFoundError naming what to fetch."""
    path = archive(package, cache)
    if not path.is_file():
        remedy = "add --fetch to the command to get it from the npm registry"
        raise FileNotFoundError(f"{path} is missing; {remedy}")
    with tarfile.open(path) as opened:
        text = opened.extractfile(f"package/{member}")
        assert text is not None, f"{path} holds no package/{member}"
        return text.read().decode()
