"""Whether the sandbox holds here: it is really built, and its inside says what can be seen from there."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import sandbox
from .failures import Failure, LinkError
from .isolation import Isolation
from .launch import environment, site_packages
from .limits import Limits
from .nursery import Zygote
from .remote import Remote

SECONDS = 30
SPACES = ("net", "pid", "ipc", "uts", "user", "mnt")
FORBIDDEN = ("/etc/passwd", "/etc/shadow", "/sys/kernel", "/proc/1/root/home")
WRITABLE = (str(sandbox.HOME), str(sandbox.SHARED))
READ_ONLY = (
    "/",
    "/usr/lib",
    "/dev",
    "/runtime",
    "/submission",
    f"{sandbox.LIBRARIES}/0",
    "/proc/sys/kernel/hostname",
    "/proc/self/comm",
)
PROBE = Path(__file__).with_name("probe.py")
ALONE = "\nimport sys\nprint(report(sys.argv[1]))\n"
PLACE, SECTION = "course/part_a/s0_probe.py", "part_a.s0_probe"
REMEDIES = {
    "Unknown option": "bubblewrap is older than 0.7; install a newer one",
    "namespace": "user namespaces are disabled; allow them (`sysctl -w user.max_user_namespaces=10000`, on "
    "Debian also `kernel.unprivileged_userns_clone=1`, on Ubuntu "
    "`kernel.apparmor_restrict_unprivileged_userns=0`, in Docker `--privileged`)",
    "uid map": "user namespaces are restricted; on Ubuntu run "
    "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`",
    "mount proc": "this container hides parts of /proc; start it with `--privileged`, or work outside of it",
    "ermission denied": "something denies it to this user; run outside of a container, or as another user",
    "ECCOMP": "the kernel has no seccomp filters; use one with CONFIG_SECCOMP_FILTER",
}


def available() -> str:
    """Return why the sandbox cannot be used here, with a remedy; "" where it can, as has just been tried."""
    try:
        return "; ".join(_leaks(_found(_inside), "self", 3))
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return str(error)


def unfit(zygote: Zygote) -> str:
    """Return why workers must not be split off from a zygote; "" where one has just been found walled in."""
    try:
        facts = _found(lambda asked: _inside_a_fork(zygote, asked))
        return "; ".join([*_leaks(facts, "self", 5), *_leaks(facts, str(zygote.number), 5)])
    except (LinkError, Failure, OSError, ValueError, KeyError) as error:
        return str(error)


def _found(ask: Callable[[str], str]) -> dict[str, Any]:
    """Return the facts that `ask` finds out inside, where a file of ours must not be seen."""
    with tempfile.NamedTemporaryFile(prefix="canary-") as canary:
        forbidden = [canary.name, *_secrets(), *FORBIDDEN]
        asked = {"spaces": SPACES, "forbidden": forbidden, "writable": WRITABLE, "read_only": READ_ONLY}
        return dict(json.loads(ask(json.dumps(asked))))


def _inside_a_fork(zygote: Zygote, asked: str) -> str:
    """Return what a submission that is a probe finds; raises a Failure or LinkError where it cannot run."""
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        place = Path(folder, PLACE)
        place.parent.mkdir(parents=True)
        shutil.copyfile(PROBE, place)
        for package in (place.parent, place.parents[1]):
            (package / "__init__.py").touch()
        with Remote.start(Path(folder), isolation=Isolation.SANDBOX, zygote=zygote) as remote:
            return str(remote.call(SECTION, "report", [asked]))


def _inside(asked: str) -> str:
    """Return what a program in the sandbox finds; raises OSError with a remedy where none can be run."""
    program = PROBE.read_text(encoding="utf-8") + ALONE
    command = [sandbox.python(), "-s", "-P", "-S", "-B", "-c", program, asked]
    with sandbox.Walled(command, {}, site_packages(), Limits()) as walls:
        ended = subprocess.run(
            walls.command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=walls.descriptors,
            env=environment(sandbox.HOME),
            timeout=SECONDS,
            check=False,
        )
    if ended.returncode != 0:
        said = ended.stderr.decode(errors="replace").strip()
        remedies = [remedy for sign, remedy in REMEDIES.items() if sign in said]
        raise OSError(f"bubblewrap says “{said[-300:]}”" + (f": {remedies[0]}" if remedies else ""))
    return ended.stdout.decode()


def _leaks(facts: dict[str, Any], neighbour: str, descriptors: int) -> Iterator[str]:
    """Yield what the inside can do and should not, a clause each.

    neighbour: the process, by its name in /proc, whose namespaces it must not share.  descriptors: how
    many a process inside has.
    """
    shared = [name for name in SPACES if facts["spaces"][name] == os.readlink(f"/proc/{neighbour}/ns/{name}")]
    if shared or facts["interfaces"] not in ([], ["lo"]):
        yield f"it shares {', '.join(shared) or 'the network'} with this system"
    if facts["seen"]:
        yield f"it can see {facts['seen'][0]}"
    if facts["left"]:
        yield f"something was left in {facts['left'][0]} before it began"
    if strange := set(facts["written"]) ^ set(WRITABLE):
        yield f"{min(strange)} is {'writable' if min(strange) in facts['written'] else 'not writable'} inside"
    if unknown := set(facts["variables"]) - environment(sandbox.HOME).keys() - {"PWD"}:
        yield f"it can read this environment's {min(unknown)}"
    if facts["descriptors"] > descriptors:
        yield "open files of this process are open inside"
    if facts["processes"] != 1:
        yield "other processes are visible inside"
    if facts["capabilities"]:
        yield "it has capabilities"
    if facts["forks"]:
        yield "it can start processes: the system call filter does not work"


def _secrets() -> list[str]:
    """Return where the answers and the grader are, or could be inside, and where libraries lie outside."""
    here, libraries = Path(__file__).resolve().parents[1], site_packages()
    inside = [f"{shelf}/{name}" for shelf in sandbox.shelves(libraries) for name in sandbox.OURS]
    ours = [str(place) for place in (here, here.with_name("solutions"), here / "checks" / "answer_key")]
    return [*ours, *inside, *libraries]
