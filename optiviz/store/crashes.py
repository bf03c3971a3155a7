"""Reports of what ended optiviz or hung it: stacks, versions, and what was being computed.

They stay on this machine. While a window is open, a folder of its own holds what a report would
need, because who crashes can write no more than the stacks. Knows no window.
"""

import json
import os
import platform
import secrets
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from optiviz.store.alone import took
from optiviz.store.atomic import StoreError, write_text
from optiviz.store.folders import data_folder
from optiviz.store.machine import versions
from optiviz.store.wording import day

__all__ = ["MOST", "Report", "Watch", "crash_folder", "reports"]

MOST: Final = 20  # reports that are kept
_LONGEST: Final = 400_000  # characters of a part of a report
_OPEN: Final = "open-"  # begins the folder of a window that is open, or was when it died
_NEW: Final = ".new"  # in the name of a report that nobody was told of yet
_HAPPENED: Final = {
    "crash": "optiviz ended unexpectedly",
    "error": "Something went wrong in optiviz",
    "hang": "optiviz did not answer for some seconds",
}


def crash_folder() -> Path:
    """Return where reports are; it needn't exist."""
    return data_folder() / "crashes"


@dataclass(frozen=True)
class Report:
    """A report that is kept.

    Attributes
    ----------
    path : Path
    kind : str
        "crash", "error" or "hang".
    when : datetime
        Local time, without a zone.
    new : bool
        Nobody was told of it yet.
    """

    path: Path
    kind: str
    when: datetime
    new: bool

    @property
    def sentence(self) -> str:
        """What happened, and when."""
        return f"{_HAPPENED[self.kind]} on {day(self.when)} at {self.when:%H:%M}."

    def text(self) -> str:
        """Return what it says.

        Raises
        ------
        OSError
            If it can't be read.
        """
        return self.path.read_text(encoding="utf-8", errors="replace")

    def told(self) -> "Report":
        """Remember that the user was told."""
        path = self.path.with_name(self.path.name.replace(_NEW, ""))
        with suppress(OSError):
            self.path.replace(path)
            return Report(path, self.kind, self.when, False)
        return self


def reports(folder: Path | None = None) -> list[Report]:
    """Return the reports that are kept, newest first."""
    found = []
    with suppress(OSError):
        for path in (folder or crash_folder()).iterdir():
            stem, _, new = path.name.removesuffix(".txt").partition(_NEW)
            kind, _, number = stem[18:].partition("-")
            with suppress(ValueError):
                when = datetime.strptime(stem[:17], "%Y-%m-%d-%H%M%S")
                if kind in _HAPPENED and path.suffix == ".txt" and not new:
                    found.append((when, number, Report(path, kind, when, _NEW in path.name)))
    return [report for *_, report in sorted(found, key=lambda one: one[:2], reverse=True)]


class Watch:
    """What is written while a window is open, so that its end can be told.

    Parameters
    ----------
    about : str
        What else to say, such as the version of Qt.
    folder : Path, optional
        Of reports; the user's, if left out.

    Attributes
    ----------
    stacks, hangs : BinaryIO
        For what dumps stacks when the process dies, or doesn't answer.

    Raises
    ------
    OSError
        If the folder can't be written.
    """

    def __init__(self, about: str = "", folder: Path | None = None) -> None:
        self._folder = folder or crash_folder()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._own = self._folder / f"{_OPEN}{secrets.token_hex(8)}"
        self._own.mkdir()
        self._lock = (self._own / "lock").open("wb")
        with suppress(OSError):  # a disk without locks: nobody takes us for dead there either
            took(self._lock.fileno())
        self._about = _about() + about
        (self._own / "about.txt").write_text(self._about, encoding="utf-8")
        self.stacks: BinaryIO = (self._own / "stacks.txt").open("ab", buffering=0)
        self.hangs: BinaryIO = (self._own / "hangs.txt").open("ab", buffering=0)
        self._runs = "[]"

    def computing(self, specs: Iterable[dict[str, Any]]) -> None:
        """Remember what is being computed, as plain data; it is not synced: only we may die."""
        with suppress(OSError, ValueError, TypeError, RecursionError):
            self._runs = json.dumps(list(specs), indent=1)[:_LONGEST]
            (self._own / "runs.json").write_text(self._runs, encoding="utf-8")

    def keep(self, kind: str, stacks: str, told: bool = False) -> Path | None:
        """Write a report now; None where that is impossible.

        Parameters
        ----------
        kind : str
            "crash", "error" or "hang".
        stacks : str
        told : bool
            The user knows of it already.
        """
        return _write(self._folder, kind, datetime.now(), self._about, stacks, self._runs, told)

    def close(self) -> None:
        """End in order: nothing is left to tell."""
        for file in (self.stacks, self.hangs, self._lock):
            file.close()
        _remove(self._own)

    @staticmethod
    def look_back(folder: Path | None = None) -> None:
        """Make reports of windows that died; who was killed has nothing to tell."""
        folder = folder or crash_folder()
        with suppress(OSError):
            for own in folder.glob(f"{_OPEN}*"):
                _look_at(folder, own)


def _look_at(folder: Path, own: Path) -> None:
    """Make a report of one window, unless it is open still."""
    try:
        with (own / "lock").open("ab") as lock:
            if not took(lock.fileno()):
                return
    except OSError:
        return  # nothing is known of it: it isn't taken for dead
    for name, kind in (("stacks.txt", "crash"), ("hangs.txt", "hang")):
        path = own / name
        stacks = _read(path)
        if stacks.strip() and (kind == "crash" or dumps(stacks) > 1):
            when = datetime.fromtimestamp(path.stat().st_mtime)
            about, runs = _read(own / "about.txt"), _read(own / "runs.json") or "[]"
            _write(folder, kind, when, about, stacks, runs, told=False)
            break  # who hung first and then died tells of its death
    _remove(own)


def dumps(stacks: str) -> int:
    """Return how often stacks were written into a text of them."""
    return stacks.count("Timeout (")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _remove(own: Path) -> None:
    with suppress(OSError):
        for path in own.iterdir():
            path.unlink()
        own.rmdir()


def _write(
    folder: Path, kind: str, when: datetime, about: str, stacks: str, runs: str, told: bool
) -> Path | None:
    text = (
        f"{_HAPPENED[kind]}\n{when:%Y-%m-%d %H:%M:%S}\n\n{about}\n\n"
        f"Stacks\n\n{_without_paths(stacks[:_LONGEST])}\n\n"
        f"Runs that were being computed\n\n{runs}\n"
    )
    name = f"{when:%Y-%m-%d-%H%M%S}-{kind}"
    taken = {path.name.replace(_NEW, "") for path in folder.glob("*.txt")}
    n = next(n for n in range(len(taken) + 1) if f"{name}{f'-{n:02}' * (n > 0)}.txt" not in taken)
    path = folder / f"{name}{f'-{n:02}' * (n > 0)}{'' if told else _NEW}.txt"
    try:
        write_text(path, text)
    except StoreError:
        return None
    for old in reports(folder)[MOST:]:
        with suppress(OSError):
            old.path.unlink()
    return path


def _about() -> str:
    lines = [f"{name} {number}" for name, number in versions().items()]
    return "\n".join([*lines, f"{platform.platform()} on {platform.machine()}", ""])


def _without_paths(text: str) -> str:
    """Leave out where things are on this machine, which tells who uses it."""
    return _shortened(text, [(Path(__file__).parents[2], ""), *_homes()])


def _homes() -> Sequence[tuple[Path, str]]:
    roots = [(Path(sys.prefix), ""), (Path(sys.base_prefix), "")]
    with suppress(RuntimeError):
        roots.append((Path.home(), "~"))
    return roots


def _shortened(text: str, roots: Sequence[tuple[Path, str]]) -> str:
    for root, short in roots:
        if len(root.parts) > 1:
            text = text.replace(f"{root}{os.sep}", f"{short}{os.sep}" if short else "")
    return text
