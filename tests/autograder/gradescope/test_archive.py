"""The archive holds what the container needs, tells nobody the secret, and sets itself up."""

import os
import stat
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from autograder.gradescope import settings as chosen
from autograder.gradescope.archive import archive, write_archive
from autograder.gradescope.settings import Settings, from_json, to_json

ROOT = Path(__file__).parents[3]
KEY = b"a secret of this very test"


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("secret") / "secret.key"
    path.write_bytes(KEY + b"\n")
    return path


@pytest.fixture(scope="module")
def made(secret: Path) -> bytes:
    return archive(ROOT, Settings(process_allowed=True), secret)


def test_it_holds_the_scripts_the_project_and_the_choices(made: bytes) -> None:
    with zipfile.ZipFile(BytesIO(made)) as opened:
        names = set(opened.namelist())
        modes = {info.filename: stat.S_IMODE(info.external_attr >> 16) for info in opened.infolist()}
        assert opened.read("secret.key").strip() == KEY
        assert from_json(opened.read("settings.json").decode()) == Settings(process_allowed=True)
    assert {name.partition("/")[0] for name in names} == {
        *("setup.sh", "run_autograder", "settings.json", "secret.key", "project")
    }
    for path in ("solutions/part_a/s1_1_forward.py", "course/syllabus.toml", "autograder/grading.py"):
        assert f"project/{path}" in names
    assert "project/pyproject.toml" in names
    assert not [name for name in names if "__pycache__" in name or "/." in name or "tests/" in name]
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert modes["secret.key"] == 0o600


def test_the_same_secret_gives_the_same_bytes(made: bytes, secret: Path) -> None:
    assert archive(ROOT, Settings(process_allowed=True), secret) == made


def test_without_a_secret_there_is_a_new_one_each_time() -> None:
    keys = set()
    for _ in range(2):
        with zipfile.ZipFile(BytesIO(archive(ROOT, Settings(), None))) as opened:
            keys.add(opened.read("secret.key"))
    assert len(keys) == 2
    assert all(len(key) > 32 for key in keys)


def test_only_its_owner_may_read_the_file(tmp_path: Path, secret: Path) -> None:
    size = write_archive(ROOT, Settings(), secret, tmp_path / "new" / "a.zip")
    path = tmp_path / "new" / "a.zip"
    assert path.stat().st_size == size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["a.zip"]


def test_a_bad_secret_is_refused_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is not there; give the secret\.key of your grades"):
        archive(ROOT, Settings(), tmp_path / "no.key")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "short.key").write_text("short")
    with pytest.raises(ValueError, match="a secret has at least 16"):
        archive(ROOT, Settings(), tmp_path / "short.key")


def test_settings_are_read_as_written_and_nothing_else_is() -> None:
    settings = Settings("after_published", True)
    assert from_json(to_json(settings)) == settings
    for text in ("", "[]", "{", '{"strange": 1}', '{"process_allowed": "no"}', '{"visibility": "always"}'):
        with pytest.raises(ValueError, match=r"settings.json is damaged"):
            from_json(text)
    with pytest.raises(ValueError, match="Gradescope has visible, hidden"):
        Settings("always")


def programs(folder: Path, *, old_python: bool = False) -> Path:
    """Return a folder with an `apt-get` and Pythons that only note down what they are asked."""
    folder.mkdir()
    fakes = {"apt-get": "", "bwrap": ""}
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        test = "exit 1" if old_python else "exit 0"
        venv = f'mkdir -p "$3/bin"; cp {folder}/pip "$3/bin/python"'
        fakes[name] = f'case "$1" in -c) {test};; -m) {venv};; esac'
    for name, body in {**fakes, "pip": ""}.items():
        (folder / name).write_text(f'#!/bin/bash\necho "{name} $*" >> {folder}/said\n{body}\n')
        (folder / name).chmod(0o755)
    return folder


def set_up(root: Path, made: bytes, path: Path) -> subprocess.CompletedProcess[str]:
    zipfile.ZipFile(BytesIO(made)).extractall(root / "source")
    environment = {"PATH": f"{path}:{os.defpath}:/usr/bin:/bin", "AUTOGRADER_ROOT": str(root)}
    command = ["bash", str(root / "source" / "setup.sh")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_setup_installs_the_sandbox_and_the_project(made: bytes, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin")
    ended = set_up(tmp_path / "root", made, path)
    assert ended.returncode == 0, ended.stderr
    said = (path / "said").read_text()
    assert "apt-get install -y -qq --no-install-recommends bubblewrap" in said
    assert f"python3.13 -m venv {tmp_path}/root/environment" in said
    assert f"pip -m pip install --quiet --no-cache-dir {tmp_path}/root/source/{chosen.PROJECT}" in said
    assert stat.S_IMODE((tmp_path / "root" / "source" / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "root" / "source").stat().st_mode) == 0o700


def test_setup_says_when_python_is_too_old(made: bytes, tmp_path: Path) -> None:
    ended = set_up(tmp_path / "root", made, programs(tmp_path / "bin", old_python=True))
    assert ended.returncode == 1
    assert "needs Python 3.11 or newer" in ended.stderr
