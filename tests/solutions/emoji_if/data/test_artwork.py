import json
import tarfile
from pathlib import Path

import pytest

from solutions.emoji_if.data import artwork


def test_a_body_is_drawn_on_its_own_canvas_with_a_clear_ground() -> None:
    art = artwork.parse("made", json.dumps({"width": 8, "height": 8, "icons": {"half": {"body": HALF}}}))
    picture = art.draw("half", 16)
    assert (picture.mode, picture.size) == ("RGBA", (16, 16))
    assert picture.getpixel((3, 8)) == (255, 0, 0, 255)
    assert picture.getpixel((12, 8))[3] == 0


HALF = '<rect width="4" height="8" fill="#ff0000"/>'


def test_an_icon_of_its_own_size_and_an_alias_are_followed() -> None:
    data = {
        "width": 8,
        "icons": {"wide": {"body": HALF, "width": 4, "height": 8}},
        "aliases": {"broad": {"parent": "wide"}, "lost": {"parent": "nobody"}},
    }
    art = artwork.parse("made", json.dumps(data))
    assert "broad" in art
    assert "lost" not in art
    assert art.sizes["broad"] == (4, 8)


def test_archives_in_a_cache_are_read_by_package(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "icons.json").write_text(json.dumps({"icons": {"half": {"body": HALF}}}))
    for package in artwork.PACKAGES:
        with tarfile.open(artwork.archive(package, tmp_path), "w:gz") as opened:
            opened.add(folder / "icons.json", "package/icons.json")
    assert [art.name for art in artwork.load(tmp_path)] == list(artwork.ART_NAMES)


def test_a_missing_archive_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"fluent-emoji-1\.2\.7\.tgz is missing; add --fetch"):
        artwork.load(tmp_path)


def test_the_characters_of_a_set_are_read_without_variation_selectors(archives: Path) -> None:
    tables = artwork.load_characters(archives)
    assert tables[0] == {}
    assert tables[1]["1f680"] == "rocket"
    assert artwork.plain_code("1F549-FE0F") == "1f549"


def test_every_archive_is_fetched_by_its_exact_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(artwork.subprocess, "run", lambda command, **_: asked.append(command))
    artwork.fetch(tmp_path)
    assert len(asked) == 5
    assert asked[-1] == ["npm", "pack", "--silent", "emojibase-data@17.0.0"]


def test_the_archives_have_npm_packs_names() -> None:
    names = [artwork.archive(package, Path()).name for package in artwork.PACKAGES]
    assert names[1] == "iconify-json-fluent-emoji-flat-1.2.6.tgz"


def test_the_real_artwork_has_every_emoji_that_is_named(icon_names: list[str]) -> None:
    if not all(artwork.archive(p, artwork.DEFAULT_CACHE).is_file() for p in artwork.PACKAGES):
        pytest.skip(f"the artwork is not in {artwork.DEFAULT_CACHE}; train with --fetch to get it")
    artworks = artwork.load(artwork.DEFAULT_CACHE)
    missing = {art.name: [icon for icon in icon_names if icon not in art] for art in artworks}
    assert missing == {name: [] for name in artwork.ART_NAMES}
