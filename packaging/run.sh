#!/usr/bin/env bash
# Starts optiviz from this folder, setting up first what is missing:
#     bash packaging/run.sh                                            the window
#     bash packaging/run.sh run classic-mlp --report report.html       the command line
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.sh"

# Whether these arguments open the window; the command line needs nothing of Qt or of a screen.
opens_window() {
    local argument
    for argument in "$@"; do
        case $argument in
            --help | -h | --version) return 1 ;;
            -*) ;;
            run | race | study | repeat | sweep | compare) return 1 ;;
            list | show | runs | verify | report | export | bench) return 1 ;;
            *) return 0 ;;
        esac
    done
}

# Qt's plugin for the window; empty where there is no screen, which optiviz itself says best.
qt_platform() {
    if [[ -n ${QT_QPA_PLATFORM:-} ]]; then
        case $QT_QPA_PLATFORM in
            xcb | wayland*) echo xcb ;;
            *) echo offscreen ;;
        esac
    elif [[ $(uname -s) != Linux || -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
        echo xcb
    fi
}

prepare_venv run
if opens_window "$@"; then
    platform=$(qt_platform)
    [[ -z $platform ]] || prepare_qt "$platform"
fi
# -P: a file of the caller's folder, in which this runs, never stands in for one of ours.
exec "$venv_python" -P -m optiviz "$@"
