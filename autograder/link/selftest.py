"""Whether the sandbox holds here: it is really built, and its inside says what can be seen from there."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import sandbox
from .launch import environment, site_packages
from .limits import Limits

SECONDS = 30
SPACES = ("net", "pid", "ipc", "uts", "user", "mnt")
FORBIDDEN = ("/etc/passwd", "/etc/shadow", "/sys/kernel", "/proc/1/root/home")
WRITABLE = (str(sandbox.HOME), str(sandbox.SHARED))
READ_ONLY = ("/", "/usr/lib", "/dev", "/proc/sys/kernel/hostname", "/proc/self/comm")
PROBE = """
import json, os, sys
def seen(path):
    try:
        return bool(os.listdir(path)) if os.path.isdir(path) else os.path.exists(path)
    except OSError:
        return False
def writes(path):
    try:
        with open(path + "/probe" if os.path.isdir(path) else path, "w") as file:
            return bool(file.write("x"))
    except OSError:
        return False
def forks():
    try:
        if os.fork() == 0:
            os._exit(0)
        return True
    except OSError:
        return False
asked = json.loads(sys.argv[1])
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
facts = {
    "spaces": {name: os.readlink("/proc/self/ns/" + name) for name in asked["spaces"]},
    "seen": [path for path in asked["forbidden"] if seen(path)],
    "written": [path for path in asked["writable"] + asked["read_only"] if writes(path)],
    "variables": [word.partition("=")[0] for word in open("/proc/1/environ").read().split(chr(0)) if word],
    "descriptors": len(os.listdir("/proc/self/fd")) - 1,
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
    "interfaces": [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line],
    "forks": forks(),
}
print(json.dumps(facts))
"""
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
    with tempfile.NamedTemporaryFile(prefix="canary-") as canary:
        try:
            facts = _inside([canary.name, *_secrets(), *FORBIDDEN])
        except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
            return str(error)
    return "; ".join(_leaks(facts))


def _inside(forbidden: list[str]) -> dict[str, Any]:
    """Return what a program in the sandbox finds; raises OSError with a remedy where none can be run."""
    asked = {"spaces": SPACES, "forbidden": forbidden, "writable": WRITABLE, "read_only": READ_ONLY}
    command = [sandbox.python(), "-s", "-P", "-S", "-B", "-c", PROBE, json.dumps(asked)]
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
    return dict(json.loads(ended.stdout))


def _leaks(facts: dict[str, Any]) -> Iterator[str]:
    """Yield what the inside can do and should not, a clause each."""
    shared = [name for name in SPACES if facts["spaces"][name] == os.readlink(f"/proc/self/ns/{name}")]
    if shared or facts["interfaces"] not in ([], ["lo"]):
        yield f"it shares {', '.join(shared) or 'the network'} with this system"
    if facts["seen"]:
        yield f"it can see {facts['seen'][0]}"
    if strange := set(facts["written"]) ^ set(WRITABLE):
        yield f"{min(strange)} is {'writable' if min(strange) in facts['written'] else 'not writable'} inside"
    if unknown := set(facts["variables"]) - environment(sandbox.HOME).keys() - {"PWD"}:
        yield f"it can read this environment's {min(unknown)}"
    if facts["descriptors"] > 3:
        yield "open files of this process are open inside"
    if facts["processes"] != 1:
        yield "other processes are visible inside"
    if facts["capabilities"]:
        yield "it has capabilities"
    if facts["forks"]:
        yield "it can start processes: the system call filter does not work"


def _secrets() -> list[str]:
    """Return where the answers and the grader are."""
    here = Path(__file__).resolve().parents[1]
    return [str(place) for place in (here, here.with_name("solutions"), here / "checks" / "answer_key")]
