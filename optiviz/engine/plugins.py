"""Algorithms, datasets and other kinds from a file of the user's: run only as it was agreed to.

Whoever loads one has asked the user before; what is run are the very bytes whose SHA-256 was agreed
to. Nothing that is opened, be it a run file, a study or a spec, ever leads here.
"""

import hashlib
import importlib
import sys
from pathlib import Path
from types import ModuleType

_PREFIX = "optiviz_plugin_"
_LARGEST = 10_000_000  # bytes
_FILE = "file:"


class PluginError(Exception):
    """A plug-in can't be used: one plain sentence that names its file."""


def read(path: Path) -> tuple[bytes, str]:
    """Return what is in a file, and its SHA-256, running nothing.

    Raises
    ------
    PluginError
        If it can't be read, or is no file of Python.
    """
    if path.suffix != ".py":
        raise PluginError(f"{path}: a plug-in is a file of Python, which ends in .py")
    try:
        if not path.is_file():
            raise PluginError(f"{path}: there is no such file")
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise PluginError(f"{path}: can't be read: {error}") from None
    if len(content) > _LARGEST:
        raise PluginError(f"{path}: is too large for a plug-in")
    return content, hashlib.sha256(content).hexdigest()


def load(path: Path, sha: str) -> ModuleType:
    """Run a plug-in, so that its kinds are known, unless that was done.

    Parameters
    ----------
    path : Path
    sha : str
        SHA-256 of what was agreed to.

    Raises
    ------
    PluginError
        If it is something else by now, or fails.
    """
    name = _PREFIX + sha
    if name in sys.modules:
        return sys.modules[name]
    content, found = read(path)
    if found != sha:
        raise PluginError(f"{path}: has changed since it was agreed to")
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        exec(compile(content, str(path), "exec"), module.__dict__)  # the only code of others
    except BaseException as error:
        del sys.modules[name]
        if not isinstance(error, Exception):
            raise
        raise PluginError(f"{path}: fails: {type(error).__name__}: {error}") from error
    return module


def word_for(module: str) -> str:
    """Return what another process brings a module in by."""
    if not module.startswith(_PREFIX):
        return module
    return f"{_FILE}{module.removeprefix(_PREFIX)}:{sys.modules[module].__file__}"


def bring(word: str) -> None:
    """Bring a module in, as `word_for` names it."""
    if word.startswith(_FILE):
        sha, _, path = word.removeprefix(_FILE).partition(":")
        load(Path(path), sha)
    else:
        importlib.import_module(word)
