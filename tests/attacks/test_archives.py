"""Hostile archives and notebooks: whoever packs one harms only himself, and reads why.

Each lies in a class between two honest students, whose work must be read as if it were not there.
"""

import io
import json
import resource
import stat
import struct
import tarfile
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.submissions import Submission, discover

CODE = b"def forward(x):\n    return x\n"
NAME, OTHER = "part_a/s1_1_forward.py", "part_a/s1_2_blur.py"
EVIL = b"evil = True\n"
Attack = Callable[[Path], str]
"""Writes something hostile into a folder, and returns words of the reason that the student must read."""


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(EVIL) if kind == tarfile.REGTYPE else 0
    return info


def tarball(folder: Path, infos: Iterator[tarfile.TarInfo] | list[tarfile.TarInfo]) -> None:
    with tarfile.open(folder / "mallory.tar.gz", "w:gz", compresslevel=1) as archive:
        for info in infos:
            archive.addfile(info, io.BytesIO(EVIL if info.size == len(EVIL) else bytes(info.size)))


def tarball_of(*infos: tarfile.TarInfo, why: str) -> Attack:
    return lambda folder: tarball(folder, list(infos)) or why


def zipped(folder: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "mallory.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "mallory.zip"


def zip_of(*names: str, why: str, content: bytes = EVIL) -> Attack:
    return lambda folder: bool(zipped(folder, dict.fromkeys(names, content))) * why


def link_in_a_zip(folder: Path) -> str:
    link = zipfile.ZipInfo(NAME)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "mallory.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return "link"


def overlapping_entries(folder: Path) -> str:
    """Every name leads to the same compressed bytes, one inside the other."""
    path = zipped(folder, {NAME: bytes(2**20), OTHER: bytes(2**20)})
    data = bytearray(path.read_bytes())
    second = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1)
    struct.pack_into("<I", data, second + 42, 0)
    path.write_bytes(data)
    return f"{OTHER} is left out: it is damaged"


def a_zip_that_lies_about_sizes(folder: Path) -> str:
    path = zipped(folder, {NAME: bytes(2**24)})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 2**24), struct.pack("<I", 10)))
    return "it is damaged"


def a_zip_with_many_entries(folder: Path) -> str:
    zipped(folder, {f"x/{number}": b"" for number in range(100_000)})
    return "65,535 files"


def a_zip_in_a_zip(folder: Path) -> str:
    inner = zipped(folder, {NAME: EVIL}).read_bytes()
    zipped(folder, {"part_a.zip": inner})
    return "no section file was found"


def a_tarball_with_many_entries(folder: Path) -> str:
    tarball(folder, (member(f"x/{number}", tarfile.DIRTYPE) for number in range(100_000)))
    return "more than 20,000 files"


def a_tarball_that_swells(folder: Path) -> str:
    zeros = tarfile.TarInfo("zeros")
    zeros.size = 300 * 2**20
    tarball(folder, [zeros, member(NAME)])
    return "unpacks to more than 256 MB"


def raw(folder: Path, *blocks: bytes) -> None:
    (folder / "mallory.tar").write_bytes(b"".join(blocks) + bytes(1024))


def header(name: str, kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def a_header_that_announces_much(folder: Path) -> str:
    raw(folder, header("x", tarfile.XHDTYPE, 2**30), bytes(2**20))
    return "a header in it is too large"


def headers_about_headers(folder: Path) -> str:
    raw(folder, *[header("x", tarfile.XHDTYPE, 0) for _ in range(10_000)])
    return "it is"


def a_header_that_is_slow_to_search(folder: Path) -> str:
    raw(folder, *[header("x", tarfile.XHDTYPE, 60_416), b"1" * 60_416] * 50)
    return "it holds too much that is no file"


def a_file_of_holes(folder: Path) -> str:
    records = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n" + b"38 GNU.sparse.realsize=999999999999999\n"
    content = b"1\n0\n0\n".ljust(512, b"\0")
    blocks = [header("x", tarfile.XHDTYPE, len(records)), records.ljust(512, b"\0")]
    raw(folder, *blocks, header(NAME, tarfile.REGTYPE, 512), content)
    return f"{NAME} is left out" if records else ""


def a_size_below_zero(folder: Path) -> str:
    raw(folder, header(NAME, tarfile.REGTYPE, -1024), EVIL.ljust(512, b"\0"))
    return "it is"


def colliding_names(folder: Path) -> str:
    composed, decomposed = (unicodedata.normalize(form, "part_a/s1_é.py") for form in ("NFC", "NFD"))
    tarball(folder, [member(NAME), member(NAME.upper().replace("PART_A", "part_a").replace(".PY", ".py")),
                     member(composed), member(decomposed)])  # fmt: skip
    return "its name occurs twice"


def notebook(folder: Path, text: str) -> str:
    (folder / "mallory.ipynb").write_text(text)
    return "mallory.ipynb is left out: it"


def cell(source: object, name: object = "a1-1-forward") -> dict[str, object]:
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source}


def shadows(folder: Path) -> str:
    names = (
        "torch.py",
        "conftest.py",
        "sitecustomize.py",
        "part_a/torch.py",
        "part_a/conftest.py",
        "x/../y.py",
    )
    zipped(folder, dict.fromkeys(names, EVIL))
    return "torch.py is left out: nothing may take the place of a library"


def a_deep_folder(folder: Path) -> str:
    path = folder / "mallory" / "/".join("d" * 400) / "part_a"
    path.mkdir(parents=True)
    (path / "s1_1_forward.py").write_bytes(EVIL)
    return "no section file was found"


ATTACKS: dict[str, Attack] = {
    "tar: up and out": tarball_of(member(f"../{NAME}"), member(f"a/../../{NAME}"), why="leads out"),
    "tar: an absolute name": tarball_of(member(f"/{NAME}"), why="leads out"),
    "tar: a link": tarball_of(member(NAME, tarfile.SYMTYPE, "/etc/passwd"), why="a link or a device"),
    "tar: a hard link": tarball_of(member(NAME, tarfile.LNKTYPE, "../secret.key"), why="a link or a device"),
    "tar: through a link": tarball_of(
        member("part_a", tarfile.SYMTYPE, "/tmp"), member(NAME, tarfile.LNKTYPE, "part_a/x"), why="a link"
    ),
    "tar: a device": tarball_of(member(NAME, tarfile.CHRTYPE), why="a link or a device"),
    "tar: a pipe": tarball_of(member(NAME, tarfile.FIFOTYPE), why="a link or a device"),
    "tar: 10^5 entries": a_tarball_with_many_entries,
    "tar: a bomb": a_tarball_that_swells,
    "tar: a large header": a_header_that_announces_much,
    "tar: headers about headers": headers_about_headers,
    "tar: a slow header": a_header_that_is_slow_to_search,
    "tar: holes": a_file_of_holes,
    "tar: a size below zero": a_size_below_zero,
    "tar: colliding names": colliding_names,
    "zip: up and out": zip_of(f"../{NAME}", f"a/../../{NAME}", "..\\part_a\\x.py", why="leads out"),
    "zip: an absolute name": zip_of(f"/{NAME}", f"C:\\{NAME}", why="leads out"),
    "zip: a link": link_in_a_zip,
    "zip: a bomb": zip_of(NAME, why="larger than 1 MB", content=bytes(200 * 2**20)),
    "zip: 10^5 entries": a_zip_with_many_entries,
    "zip: overlapping entries": overlapping_entries,
    "zip: sizes that are lies": a_zip_that_lies_about_sizes,
    "zip: a zip in a zip": a_zip_in_a_zip,
    "zip: colliding names": zip_of(NAME, "part_a/S1_1_Forward.py", why="occurs twice"),
    "zip: shadows": shadows,
    "notebook: 10^5 cells": lambda f: notebook(f, json.dumps({"cells": [cell("x = 1")] * 100_000})),
    "notebook: nested 10^4 deep": lambda f: notebook(f, '{"cells": ' + "[" * 10_000 + "]" * 10_000 + "}"),
    "notebook: nested 10^6 deep": lambda f: notebook(f, '{"cells": ' + '{"a":' * 900_000),
    "notebook: too many values": lambda f: notebook(f, '{"cells": [' + "[]," * 4_000_000 + "[]]}"),
    "notebook: too long": lambda f: notebook(f, '{"cells": [], "x": "' + "x" * 17 * 2**20 + '"}'),
    "notebook: too much code": lambda f: notebook(f, json.dumps({"cells": [cell("x = 1\n" * 300_000)]})),
    "notebook: a number without end": lambda f: notebook(f, '{"cells": [], "x": ' + "9" * 1_000_000 + "}"),
    "notebook: of another kind": lambda f: notebook(f, '{"cells": {"0": 1}}'),
    "notebook: cells that are none": lambda f: notebook(
        f, json.dumps({"cells": [1, None, [], cell(7), cell({"a": 1}), cell([[1]], []), cell("x", {"a": 2})]})
    )[:0] + "no cell named",
    "notebook: code nested deep": lambda f: notebook(
        f, json.dumps({"cells": [cell("x = " + "(" * 10_000 + ")" * 10_000)]})
    )[:0] + "not Python",
    "folder: deep": a_deep_folder,
}  # fmt: skip


@pytest.fixture
def classroom(tmp_path: Path) -> Path:
    """Return a folder with two honest submissions, one of a name before the attacker's and one behind."""
    folder = tmp_path / "in"
    for student in ("alice", "zoe"):
        (folder / student / "part_a").mkdir(parents=True)
        (folder / student / NAME).write_bytes(CODE)
    return folder


def read_in(folder: Path) -> tuple[Submission, Submission, Submission]:
    alice, mallory, zoe = discover(folder)
    return alice, mallory, zoe


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_is_gained_and_nobody_disturbed(name: str, classroom: Path) -> None:
    why = ATTACKS[name](classroom)
    before = {path for path in classroom.parent.rglob("*") if path.name != "secret.key"}
    began = time.process_time()
    alice, mallory, zoe = read_in(classroom)
    assert time.process_time() - began < 15
    assert [alice, zoe] == [Submission(student, {NAME: CODE}) for student in ("alice", "zoe")]
    assert mallory.student == "mallory"
    assert any(why in remark for remark in mallory.remarks), mallory.remarks
    assert len(mallory.remarks) <= 51
    assert all(len(content) <= 2**20 for content in mallory.files.values())
    assert set(classroom.parent.rglob("*")) == before, "something was written"


@pytest.mark.parametrize(
    "name", [name for name in ATTACKS if "link" in name or "out" in name or "device" in name]
)
def test_what_leads_elsewhere_is_not_read(name: str, classroom: Path) -> None:
    ATTACKS[name](classroom)
    assert not read_in(classroom)[1].files


def test_many_refusals_are_few_remarks(classroom: Path) -> None:
    tarball(classroom, [member(f"part_a/x{number}.py", tarfile.SYMTYPE, "/") for number in range(1_900)])
    remarks = read_in(classroom)[1].remarks
    assert len(remarks) == 51
    assert remarks[-1].endswith("are not shown")


def test_a_folder_of_many_files_is_refused(classroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.intake.folders.MOST_LISTED", 100)
    for part in range(3):
        (classroom / f"mallory/{part}").mkdir(parents=True)
        for number in range(40):
            (classroom / f"mallory/{part}/{number}").touch()
    assert "more than 100 files" in read_in(classroom)[1].remarks[0]


def test_the_grader_stays_small() -> None:
    """After all of these attacks in one process it has never held more than torch and one submission."""
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 2**20
