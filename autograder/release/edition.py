"""What leaves the house: the student edition, and a release folder with it and with nbgrader's sources."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.pristine import ARCHIVE
from autograder.release.errors import ReleaseError
from autograder.release.folders import Files, publish, zipped
from autograder.release.generated import NOTEBOOKS, folder, generated_files, syllabus_of
from autograder.release.nbgrader_course import nbgrader_files
from autograder.release.packaging import student_pyproject
from autograder.release.regions import BEGIN
from autograder.release.student_readme import student_readme
from autograder.release.withheld import kept
from autograder.syllabus import Syllabus

NAME = "diffusion-course"


def build_student_edition(root: Path, into: Path) -> None:
    """Write the student edition of the course at `root` into the folder `into`.

    Raises ReleaseError when the edition cannot be made, or, before anything is written, when `into` holds
    anything but an earlier, unchanged edition.
    """
    publish(student_files(root), _outside(root, into))


def build_release(root: Path, into: Path) -> None:
    """Write `student/`, `student.zip` and `nbgrader/` (a source notebook a part, its settings) into `into`.

    Raises ReleaseError as `build_student_edition` does.
    """
    student = student_files(root)
    files = {PurePosixPath("student") / path: content for path, content in student.items()}
    files[PurePosixPath("student.zip")] = zipped(student, NAME)
    for path, text in nbgrader_files(root).items():
        files[PurePosixPath("nbgrader") / path] = text.encode()
    publish(files, _outside(root, into))


def student_files(root: Path) -> Files:
    """Return the contents of every file of the student edition by its path, which works without `solutions/`.

    Stubs and notebooks are made anew, whatever lies in their folders.  Raises ReleaseError when a module that
    students need cannot do without the answers, or a solution would be among the files.
    """
    syllabus = syllabus_of(root)
    files = {**_course(root, syllabus), **_autograder(root)}
    files[PurePosixPath(ARCHIVE)] = _stubs(files, syllabus)
    files[PurePosixPath("LICENSE")] = _bytes(root / "LICENSE")
    files[PurePosixPath("pyproject.toml")] = student_pyproject(
        _bytes(root / "pyproject.toml").decode()
    ).encode()
    files[PurePosixPath("README.md")] = student_readme(syllabus).encode()
    for path, content in files.items():
        if path.parts[0] == "course" and BEGIN.encode() in content:
            raise ReleaseError(
                f"{path} holds a solution ({BEGIN}), but students get it; take the markers out"
            )
    return dict(sorted(files.items()))


def _course(root: Path, syllabus: Syllabus) -> dict[PurePosixPath, bytes]:
    made = {PurePosixPath(path): text.encode() for path, text in generated_files(root).items()}
    places = [NOTEBOOKS, *(folder(part) for part in syllabus.parts)]
    given = {
        path: (root / path).read_bytes()
        for path in _tree(root, "course")
        if not any(path.is_relative_to(place) for place in places)
    }
    return given | {path: text for path, text in made.items() if path.parts[0] == "course"}


def _stubs(files: Files, syllabus: Syllabus) -> bytes:
    """Return the archive of untouched stubs out of which `course reset` puts one back."""
    stubs = [PurePosixPath(section.file) for section in syllabus.sections]
    return zipped({stub: files["course" / stub] for stub in stubs})


def _autograder(root: Path) -> dict[PurePosixPath, bytes]:
    paths = [path for path in _tree(root, "autograder") if path.suffix != ".md"]  # is for instructors
    files = {path: (root / path).read_bytes() for path in paths}
    sources = {path: content.decode() for path, content in files.items() if path.suffix == ".py"}
    modules = kept(sources)
    packages = {path.parent for path in sources} - {path.parent for path in modules}
    return {
        path: content
        for path, content in files.items()
        if path in modules or (path not in sources and not packages & {path.parent, *path.parents})
    }


def _tree(root: Path, name: str) -> Iterator[PurePosixPath]:
    """Yield the files below `root / name`, without caches, hidden files and links."""
    for path in sorted((root / name).rglob("*")):
        below = path.relative_to(root)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in below.parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield PurePosixPath(below)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError(f"{path}: {error.strerror}; the edition needs it, put it there") from None


def _outside(root: Path, into: Path) -> Path:
    for name in ("course", "autograder", "solutions"):
        if into.resolve().is_relative_to((root / name).resolve()):
            raise ReleaseError(
                f"{into} is within {name}/, from which releases are made; choose a folder elsewhere"
            )
    return into
