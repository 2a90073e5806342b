#!/bin/sh
# Makes the virtual environment .venv and fills it from a hash-checked lock file:
#   scripts/set_up.sh app    what the app needs
#   scripts/set_up.sh dev    the app, the tests and the tools
#   scripts/set_up.sh lock   uv alone, which writes the lock files
# What is already done is not done again. PYTHON=... chooses the interpreter.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/.."
here=$(pwd)

stop() {
    echo "$*" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11
    fi
    for python in "$@"; do
        if is_new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    stop "cramp-risk needs Python 3.11 or newer: ${PYTHON:-python3} is missing or" \
        "older. Install one, or name it: make PYTHON=/path/to/python3.12"
}

version_of() {
    "$1" -c 'import sys; print(sys.version, sys.base_prefix)' 2>/dev/null
}

# A virtual environment knows its folder by name and its Python by place, so a
# moved checkout or a Python that went away needs a new one.
is_usable() {
    [ "$(cat .venv/made-in 2>/dev/null)" = "$here" ] || return 1
    is_new_enough .venv/bin/python || return 1
    [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$(version_of .venv/bin/python)" ]
}

make_environment() {
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "$python cannot make virtual environments. On Debian and Ubuntu:" \
            "apt-get install python3-venv"
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
    # uv is pinned in the lock like everything else, and reads it far faster than pip.
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock >.venv/uv.txt
    .venv/bin/python -m pip install --quiet --require-hashes -r .venv/uv.txt
    echo "$here" >.venv/made-in
}

uv_pip() {
    subcommand=$1
    shift
    .venv/bin/python -m uv pip "$subcommand" --quiet --python .venv/bin/python "$@"
}

fill_environment() {
    case $1 in
    # The app's pins are among the tests' pins: installing them takes nothing away.
    app) uv_pip install --require-hashes -r requirements.lock ;;
    dev) uv_pip sync --require-hashes requirements-dev.lock ;;
    esac
    uv_pip install --no-deps --no-build-isolation --editable .
}

is_usable || make_environment
[ "$1" != lock ] || exit 0

made_from=$(cat requirements.lock requirements-dev.lock pyproject.toml scripts/set_up.sh | cksum)
case $(cat .venv/ready 2>/dev/null) in
"dev $made_from" | "$1 $made_from") exit 0 ;; # dev holds all that app needs
esac
echo "Installing what the lock file pins."
rm -f .venv/ready
fill_environment "$1"
echo "$1 $made_from" >.venv/ready
