"""Tell whether the environment that runs this has the project's packages as pinned.

Called by setup.sh as ``python -I venv_state.py run|dev`` at every start, so it is quick and
imports nothing but the standard library.
"""

import hashlib
import importlib.metadata
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = (ROOT / "pyproject.toml", ROOT / "packaging" / "constraints.txt")


def normalized(name: str) -> str:
    """Return the name of a package in its one normal form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def fingerprint() -> str:
    """Return a hash of all that decides what is installed: sources, Python and place."""
    digest = hashlib.sha256()
    for path in SOURCES:
        digest.update(path.read_bytes())
    digest.update("\0".join((sys.version, sys.prefix, str(ROOT))).encode())
    return digest.hexdigest()


def is_whole(extras: list[str]) -> bool:
    """Return whether each package that the project names is installed in its pinned version."""
    project = tomllib.loads(SOURCES[0].read_text("utf-8"))["project"]
    required = [*project["dependencies"]]
    for extra in extras:
        required += project["optional-dependencies"][extra]
    pins = {}
    for line in SOURCES[1].read_text("utf-8").splitlines():
        name, pinned, version = line.partition("#")[0].partition("==")
        if pinned:
            pins[normalized(name.strip())] = version.strip()
    try:
        if importlib.metadata.version(project["name"]) != project["version"]:
            return False
        for requirement in required:
            name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
            installed = importlib.metadata.version(name)
            if installed != pins.get(normalized(name), installed):
                return False
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    wanted = [extra for extra in sys.argv[1:] if extra != "run"]
    print(fingerprint())
    sys.exit(0 if is_whole(wanted) else 1)
