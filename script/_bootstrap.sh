# Shared by the scripts beside it: finds Python, makes .venv, installs what is missing. Sourced, not run.
# Sets ROOT, PYTHON and an absolute SLP_VAR; leaves the caller in ROOT.

say() { printf '%s\n' "$*"; }

# One readable sentence, what to do, exit code 1.
die() {
    printf '%s\n' "$*" >&2
    exit 1
}

ROOT="$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
case "${SLP_VAR:=$ROOT/var}" in
    /*) ;;
    *) SLP_VAR="$PWD/$SLP_VAR" ;;
esac
export SLP_VAR
cd -- "$ROOT"
VENV="$ROOT/.venv"
PYTHON="$VENV/bin/python"

modern() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in ${SLP_PYTHON:+"$SLP_PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$candidate" >/dev/null 2>&1 && modern "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    local found
    found="$(python3 --version 2>/dev/null || echo 'no python3')"
    die "SLP needs Python 3.11 or newer; this machine has $found." \
        "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: SLP_PYTHON=/path/to/python3 $0"
}

make_venv() {
    local base
    base="$(find_python)" || exit 1
    if ! "$base" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        die "$base cannot make a virtual environment: its venv module is missing." \
            "Install it (Debian, Ubuntu: apt-get install python3-venv) and start again."
    fi
    say "Making .venv with $("$base" --version)"
    if ! told="$("$base" -m venv --clear "$VENV" 2>&1)"; then
        die "$base could not make $VENV: ${told##*$'\n'}"
    fi
}

# The libraries named in a requirements file, in this Python: unchanged since the last time?
fingerprint() {
    "$PYTHON" - "$@" <<'PY'
import hashlib, pathlib, sys
text = sys.version + "".join(pathlib.Path(name).read_text() for name in sys.argv[1:])
print(hashlib.sha256(text.encode()).hexdigest())
PY
}

install() {
    local kind="$1" wanted log="$VENV/pip.log"
    shift
    wanted="$kind $(fingerprint "$@")"
    if grep -qsx "$wanted" "$VENV/.installed"; then
        return
    fi
    if [ ! -w "$VENV" ]; then
        die "The libraries in $VENV are out of date and SLP cannot write there." \
            "Start as the user who owns the folder, or in a copy of your own."
    fi
    say "Installing the libraries of ${*: -1} (a minute or two the first time)"
    if ! "$PYTHON" -m pip install --disable-pip-version-check --no-input --requirement "${*: -1}" >"$log" 2>&1; then
        grep -E '^(ERROR|error|WARNING: Retrying)' "$log" | tail -n 5 >&2 || true
        die "pip could not install the libraries. Check the network and start again; the whole output is in $log"
    fi
    { grep -sv "^$kind " "$VENV/.installed" || true; } >"$VENV/.installed.new"
    say "$wanted" >>"$VENV/.installed.new"
    mv "$VENV/.installed.new" "$VENV/.installed"
}

usable() { [ -x "$PYTHON" ] && modern "$PYTHON" && "$PYTHON" -c 'import pip' >/dev/null 2>&1; }

# bootstrap runtime|dev
bootstrap() {
    lock
    if ! usable; then
        if [ ! -w "$ROOT" ]; then
            die "SLP cannot write to $ROOT, where it keeps .venv. Copy the checkout to a folder of your own" \
                "and start it there."
        fi
        make_venv
    fi
    if [ "$1" = dev ]; then
        install dev requirements.txt requirements-dev.txt
    else
        install runtime requirements.txt
    fi
    unlock
}

# Two scripts started together must not install into each other. Where flock is missing (macOS) they wait
# for nobody.
lock() {
    exec 9<"$ROOT/script/_bootstrap.sh"
    if command -v flock >/dev/null 2>&1; then
        flock 9
    fi
}

unlock() { exec 9<&-; }
