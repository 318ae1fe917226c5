#!/usr/bin/env bash
# Run once by Gradescope, when it builds the container: the sandbox, Python and the course.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
archive="$root/source"
export DEBIAN_FRONTEND=noninteractive

apt-get update -qq
apt-get install -y -qq --no-install-recommends bubblewrap ||
    echo "bubblewrap cannot be installed; whether grading goes on without it is in settings.json" >&2
apt-get install -y -qq --no-install-recommends python3 python3-venv ca-certificates ||
    echo "python3-venv cannot be installed; going on with the Python that is there" >&2

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" > /dev/null &&
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "The course needs Python 3.11 or newer with venv; choose a base image that has it (Ubuntu 24.04)." >&2
    exit 1
fi

"$python" -m venv "$root/environment"
# PyTorch for processors alone is much smaller; where its index cannot be reached, the ordinary one serves.
"$root/environment/bin/python" -m pip install --quiet --no-cache-dir torch torchvision \
    --index-url https://download.pytorch.org/whl/cpu ||
    echo "PyTorch's index for processors cannot be reached; taking the ordinary PyTorch" >&2
"$root/environment/bin/python" -m pip install --quiet --no-cache-dir "$archive/project"

chmod 700 "$archive"
chmod 600 "$archive/secret.key"
if ! command -v bwrap > /dev/null; then
    echo "Note: there is no bubblewrap in this container." >&2
fi
