# shellcheck shell=bash
# What run.sh and test.sh share; they source it. It speaks on stderr, and only when it has
# something to do. Written for bash 3.2, which is macOS's.

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
venv_python=$venv/bin/python
# Present while .venv is being filled: found at a start, it tells of a set-up that was cut short.
unfinished=$venv/optiviz-unfinished
# Holds the fingerprint (see venv_state.py) of what was installed last.
stamp=$venv/optiviz-stamp

# say SENTENCE [LINE...]
say() {
    printf 'optiviz: %s\n' "$1" >&2
    shift
    [[ $# -eq 0 ]] || printf '%s\n' "$@" >&2
}

fail() {
    say "$@"
    exit 1
}

# ---- Debian's packages -------------------------------------------------------------------------

# The packages of Debian lists: debian_packages window test -> libxcb-cursor0 ... xvfb ...
debian_packages() {
    local list
    for list in "$@"; do
        sed -e 's/#.*//' "$root/packaging/debian-$list.txt"
    done | tr -s '[:space:]' ' '
}

is_root() {
    [[ $(id -u) -eq 0 ]]
}

# Whether this script may install Debian packages: as root, or where sudo asks for no password.
may_install() {
    command -v apt-get >/dev/null || return 1
    is_root || sudo -n true 2>/dev/null
}

as_root() {
    if is_root; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# What to type for the packages, where this script may not install them.
apt_command() {
    local update="apt-get update" install="apt-get install -y --no-install-recommends $*"
    if is_root; then
        printf '    %s && %s' "$update" "$install"
    elif command -v sudo >/dev/null; then
        printf '    sudo %s && sudo %s' "$update" "$install"
    else
        printf '    su -c "%s && %s"' "$update" "$install"
    fi
}

apt_update() {
    say "reading Debian's package lists"
    # One broken source of many is no reason to stop: the installation tells whether it mattered.
    as_root apt-get update -qq </dev/null >/dev/null 2>&1 || true
}

apt_get_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null 9>&-
}

# apt_install WHAT PACKAGE...: installs the packages, or ends with the command to type.
apt_install() {
    local what=$1 log
    shift
    if ! command -v apt-get >/dev/null; then
        fail "$what is missing, and this machine has no apt-get to install it with." \
            "Install it in this system's own way (Debian calls it: $*), then start again."
    fi
    if ! may_install; then
        fail "$what is missing. Type this, then start again:" "$(apt_command "$@")"
    fi
    say "installing $what ($*)"
    log=$(mktemp)
    if ! apt_get_install "$@" >"$log" 2>&1; then
        apt_update
        if ! apt_get_install "$@" >"$log" 2>&1; then
            tail -n 20 "$log" >&2
            rm -f "$log"
            fail "apt-get could not install $what. Once it can, type this, then start again:" \
                "$(apt_command "$@")"
        fi
    fi
    rm -f "$log"
}

# ---- Python ------------------------------------------------------------------------------------

python_version() {
    "$1" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

python_fits() {
    [[ $(python_version "$1") =~ ^3\.(11|12|13)$ ]]
}

# Finds a Python of the right version that can make environments: sets `python`, returns 0. Where
# one has only that ability missing (Debian ships it apart), sets `python` to it and returns 1.
find_python() {
    local name path incomplete=
    for name in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python; do
        path=$(command -v "$name") || continue
        python_fits "$path" || continue
        if "$path" -I -c 'import ensurepip, venv' 2>/dev/null; then
            python=$path
            return 0
        fi
        if [[ -z $incomplete && $path == /usr/bin/* ]]; then
            incomplete=$path
        fi
    done
    python=$incomplete
    return 1
}

ensure_python() {
    local version found=
    find_python && return
    if [[ -n $python ]]; then
        version=$(python_version "$python")
        apt_install "Python $version's venv module" "python$version-venv"
    elif command -v apt-get >/dev/null; then
        ! may_install || apt_update
        for version in 3.13 3.12 3.11; do
            if apt-cache show "python$version-venv" >/dev/null 2>&1; then
                found=$version
                break
            fi
        done
        if [[ -n $found ]]; then
            apt_install "Python $found" "python$found" "python$found-venv"
        elif may_install; then
            fail "this release of the system has no Python 3.11, 3.12 or 3.13." \
                "Install one, so that python3.13 or the like starts it, then start again."
        else
            # Nothing is known of any package before the first apt-get update.
            apt_install "Python 3.11, 3.12 or 3.13" python3 python3-venv
        fi
    fi
    find_python || fail "Python 3.11, 3.12 or 3.13 (with its modules venv and pip) is missing." \
        "Install one, so that python3 or python3.13 or the like starts it, then start again."
}

# ---- .venv -------------------------------------------------------------------------------------

# venv_state WANTED: prints the fingerprint that .venv should have; status 0 where all of WANTED
# (run, or dev for the checks as well) is there as pinned.
venv_state() {
    "$venv_python" -I "$root/packaging/venv_state.py" "$1" 2>/dev/null
}

venv_is_ready() {
    local state
    [[ -f $stamp && ! -e $unfinished ]] || return 1
    state=$(venv_state "$1") || return 1
    [[ $state == "$(cat "$stamp")" ]]
}

venv_is_sound() {
    [[ ! -e $unfinished ]] || return 1
    # Its scripts name the folder that they were made in; after a move none of them starts.
    grep -qsF -- "$venv/bin/python" "$venv/bin/pip" || return 1
    python_fits "$venv_python" && "$venv_python" -I -m pip --version >/dev/null 2>&1
}

# Two set-ups at once would spoil each other's .venv: the second waits (where there is flock).
lock_setup() {
    command -v flock >/dev/null && [[ -w $root ]] || return 0
    exec 9>"$root/.venv.lock" # what may outlive the set-up is started without it (9>&-)
    if ! flock -n 9; then
        say "waiting for another set-up of this folder to finish"
        flock 9
    fi
}

unlock_setup() {
    exec 9>&-
}

make_venv() {
    local log
    ensure_python
    say "making $venv with Python $(python_version "$python")"
    rm -rf -- "$venv"
    mkdir -- "$venv"
    : >"$unfinished"
    log=$venv/optiviz-setup.log
    if ! "$python" -I -m venv "$venv" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "Python could not make the environment $venv."
    fi
}

# install_packages WANTED
install_packages() {
    local log=$venv/optiviz-setup.log project=.
    say "installing the pinned packages into $venv (the first time takes a few minutes)"
    [[ $1 == run ]] || project=".[$1]"
    : >"$unfinished"
    rm -f -- "$stamp" "$venv"/optiviz-qt-*
    # PIP_USER would put the packages elsewhere; the project itself stays in this folder (-e).
    if ! (cd -- "$root" && PIP_USER=0 "$venv_python" -I -m pip install --no-input \
        --disable-pip-version-check --progress-bar off -c packaging/constraints.txt -e "$project") \
        </dev/null >>"$log" 2>&1 9>&-; then
        # pip has told why and undone its work, so the next start need not begin from nothing.
        rm -f -- "$unfinished"
        tail -n 20 "$log" >&2
        fail "pip could not install the packages; all it said is in $log." \
            "Without a network connection nothing can be downloaded: connect, then start again."
    fi
    venv_state "$1" >"$stamp" || fail "pip ended well, but packages are missing; see $log."
    rm -f -- "$unfinished"
}

# prepare_venv WANTED: leaves $venv_python with all of WANTED (run, or dev) installed as pinned.
prepare_venv() {
    case $(uname -s) in
        MINGW* | MSYS* | CYGWIN*)
            fail "this script is for Linux and macOS. On Windows, in this folder, type:" \
                '    py -m venv .venv' \
                '    .venv\Scripts\pip install -c packaging\constraints.txt .' \
                '    .venv\Scripts\optiviz'
            ;;
    esac
    venv_is_ready "$1" && return
    [[ -w $root ]] || fail "the folder $root cannot be written to, but .venv must be made there."
    lock_setup
    if ! venv_is_ready "$1"; then # the one that was waited for may have done it
        venv_is_sound || make_venv
        install_packages "$1"
    fi
    unlock_setup
}

# ---- Qt's system libraries -----------------------------------------------------------------------

# prepare_qt PLATFORM: the libraries that Qt's plugin "offscreen" or "xcb" (a window) needs. Looked
# up by loading the plugin, once for each .venv.
prepare_qt() {
    local seen=$venv/optiviz-qt-$1 missing lists=offscreen
    [[ ! -e $seen ]] || return 0
    if ! missing=$("$venv_python" -I "$root/packaging/qt_state.py" "$1"); then
        [[ $1 == offscreen ]] || lists="offscreen window"
        if ! command -v apt-get >/dev/null; then
            say "Qt says: $missing"
        fi
        lock_setup
        # shellcheck disable=SC2046,SC2086 # names of packages and lists have no spaces
        apt_install "what Qt needs of the system" $(debian_packages $lists)
        unlock_setup
        if ! missing=$("$venv_python" -I "$root/packaging/qt_state.py" "$1"); then
            fail "Qt still cannot start: $missing"
        fi
    fi
    { : >"$seen"; } 2>/dev/null || true # in somebody else's .venv it is looked up each time
}
