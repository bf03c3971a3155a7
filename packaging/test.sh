#!/usr/bin/env bash
# Runs every check of the project, setting up first what is missing: bash packaging/test.sh
# All checks run, also after one has failed; the exit status is 0 only where none has.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.sh"

prepare_venv dev
prepare_qt xcb
for tool in Xvfb xdotool xwininfo; do
    if ! command -v "$tool" >/dev/null; then
        lock_setup
        # shellcheck disable=SC2046 # names of packages have no spaces
        apt_install "what the tests need of the system" $(debian_packages test)
        unlock_setup
        break
    fi
done

# Reports are tried in a real browser. Debian's is 113 MB to download and 350 MB on the disk, about
# 15 s; where it would take longer, or can't be, that proof is left out and the summary says so.
find_chromium() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then
            return 0
        fi
    done
    return 1
}
if ! find_chromium && may_install; then
    say "installing a browser, to try reports in (chromium)"
    lock_setup
    if as_root timeout 45 apt-get install -y -qq --no-install-recommends --download-only chromium \
        </dev/null >/dev/null 2>&1 9>&-; then
        apt_get_install chromium >/dev/null 2>&1 || true
    fi
    unlock_setup
fi

scratch=$(mktemp -d)
x_server=
went_beside=
clean_up() {
    if [[ -n $x_server ]]; then
        kill "$x_server" 2>/dev/null || true
        wait "$x_server" 2>/dev/null || true
    fi
    if [[ -n $went_beside ]]; then
        kill -- "-$went_beside" 2>/dev/null || true
    fi
    rm -rf -- "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Qt warns where this is unset, or open to others, and any Qt warning fails a test.
export XDG_RUNTIME_DIR=$scratch/runtime
mkdir -m 700 -- "$XDG_RUNTIME_DIR"
# The tests see the same on a desktop as on a machine without one.
unset DISPLAY WAYLAND_DISPLAY QT_STYLE_OVERRIDE QT_QPA_PLATFORMTHEME QT_SCALE_FACTOR
export QT_QPA_PLATFORM=offscreen
export PYTHONUNBUFFERED=1
# Several hundred processes import optiviz: it is compiled once, whatever the surroundings prefer.
unset PYTHONDONTWRITEBYTECODE

failed=
summary=$scratch/summary
closing=$scratch/closing
: >"$closing"

# check NAME COMMAND...: runs the command, remembers how it ended.
check() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then
        printf 'ok      %s\n' "$name" >>"$summary"
    else
        printf 'FAILED  %s\n' "$name" >>"$summary"
        failed=yes
    fi
}

# beside COMMAND...: begins it; what it prints is said, and how it ends, by `what_went_beside`.
beside() {
    set -m # a group of its own, which ends with this script
    "$@" >"$scratch/beside.log" 2>&1 &
    went_beside=$!
    set +m
}

what_went_beside() {
    local status=0
    wait "$went_beside" || status=$?
    went_beside=
    cat "$scratch/beside.log"
    return "$status"
}

in_venv() {
    local tool=$1
    shift
    "$venv/bin/$tool" "$@"
}

# Tests share nothing, so that each core takes some. They wait for other processes and disks a
# third of their time, and for windows more than half of it: so many more are busy meanwhile.
cores=$(getconf _NPROCESSORS_ONLN)
on_all_cores=(-n "$((cores + 2))" --dist worksteal)
with_windows=(-n "$((2 * cores + 1))" --dist worksteal)

# pytest's last line is kept, to be said again at the end. No test collected is its failure 5.
run_pytest() {
    local status=0 log
    log=$(mktemp -p "$scratch")
    "$venv_python" -m pytest "$@" 2>&1 | tee "$log" || status=$?
    tail -n 1 "$log" >>"$closing"
    return "$status"
}

# Python's start-up runs without_qt/sitecustomize.py, also in the processes that tests start.
run_pytest_without_qt() {
    PYTHONPATH=$root/packaging/without_qt \
        run_pytest -p no:pytest-qt -p pytest_without_qt --ignore=tests/ui "$@"
}

# files_with MARK FOLDER: to read all the others, for a few tests, takes longer than these do.
files_with() {
    grep -rl --include='*.py' "mark\.$1" "$2"
}

run_pytest_with_a_clock() {
    # shellcheck disable=SC2046 # names of tests have no spaces
    run_pytest_without_qt -m clock $(files_with clock tests)
}

# Starts an X server on a display number that it finds free itself.
start_x_server() {
    local tries=0
    Xvfb -displayfd 3 -screen 0 1366x768x24 -nolisten tcp \
        3>"$scratch/display" >"$scratch/xvfb.log" 2>&1 &
    x_server=$!
    until [[ -s $scratch/display ]]; do
        tries=$((tries + 1))
        if [[ $tries -gt 300 ]] || ! kill -0 "$x_server" 2>/dev/null; then
            cat "$scratch/xvfb.log"
            return 1
        fi
        sleep 0.1
    done
}

run_pytest_on_x() {
    [[ -s $scratch/display ]] || return 1
    # shellcheck disable=SC2046 # names of tests have no spaces
    DISPLAY=:$(tr -d '[:space:]' <"$scratch/display") QT_QPA_PLATFORM=xcb \
        run_pytest -m xcb $(files_with xcb tests/ui)
}

cd -- "$root"
# It plays for a minute and takes one core; so do the checks without tests, which come first.
# shellcheck disable=SC2046 # names of tests have no spaces
beside run_pytest -m soak $(files_with soak tests/ui)
check "ruff check" in_venv ruff check .
check "ruff format" in_venv ruff format --check .
check "mypy" in_venv mypy
check "import-linter" in_venv lint-imports --no-logo
check "pytest, all but the window, without Qt" \
    run_pytest_without_qt "${on_all_cores[@]}" -m "not clock" tests
check "pytest, what looks at the clock" run_pytest_with_a_clock
check "pytest, the window plays for long" what_went_beside
# They rest between acts for most of their time, at a screen of their own.
start_x_server || true
beside run_pytest_on_x
check "pytest, the window, offscreen" \
    run_pytest "${with_windows[@]}" -m "not xcb and not soak" tests/ui
check "pytest, the window, on an X server" what_went_beside

if ! find_chromium; then
    printf 'left out  %s\n' "reports in a browser: no Chromium is found" >>"$summary"
fi

printf '\n== Summary\n'
cat "$summary" "$closing"
[[ -z $failed ]]
