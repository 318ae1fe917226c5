"""What somebody inside a sandbox can see and do, found out by trying.

Only its text goes inside, so it imports nothing but the standard library.
"""

import json
import os
from pathlib import Path


def report(asked: str) -> str:
    """Return facts as JSON. `asked`, JSON too, names the namespaces and the paths that are of interest."""
    wishes = json.loads(asked)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    environment = Path("/proc/1/environ").read_text().split("\0")
    interfaces = [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]
    return json.dumps(
        {
            "spaces": {name: os.readlink(f"/proc/self/ns/{name}") for name in wishes["spaces"]},
            "seen": [path for path in wishes["forbidden"] if seen(path)],
            "left": [path for path in wishes["writable"] if os.listdir(path)],
            "written": [path for path in wishes["writable"] + wishes["read_only"] if writes(path)],
            "variables": [word.partition("=")[0] for word in environment if word],
            "descriptors": len(os.listdir("/proc/self/fd")) - 1,
            "processes": sum(name.isdigit() for name in os.listdir("/proc")),
            "capabilities": any(int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")),
            "interfaces": interfaces,
            "forks": forks(),
        }
    )


def seen(path: str) -> bool:
    """Tell whether there is a file at a path, or a folder with something in it."""
    try:
        return bool(os.listdir(path)) if os.path.isdir(path) else os.path.exists(path)
    except OSError:
        return False


def writes(path: str) -> bool:
    """Tell whether a file, or a file in a folder, can be written."""
    try:
        with open(f"{path}/probe" if os.path.isdir(path) else path, "w") as file:
            return bool(file.write("x"))
    except OSError:
        return False


def forks() -> bool:
    """Tell whether a process can be started."""
    try:
        if os.fork() == 0:
            os._exit(0)
        return True
    except OSError:
        return False
