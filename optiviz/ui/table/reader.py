"""Reads a table of the user's own beside the window's thread, with progress, until it is cancelled.

Runs that play go on meanwhile: the worker has nothing to do with it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from optiviz.datasets.csv import Csv
from optiviz.engine.failure import Failure
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.tables import Cancelled, TableError, contents
from optiviz.tables.choices import Chosen
from optiviz.tables.files import content_of
from optiviz.tables.known import Wanted, chosen_of, found_in, table_of

_TOLD = 0.05  # seconds between two reports of progress
_REST = 0.001  # seconds that the window's thread gets between two blocks


_WANTED = tuple(field.name for field in fields(Wanted))


@dataclass(frozen=True, eq=False)
class Answer:
    """A table that was read.

    Attributes
    ----------
    dataset : Csv
    chosen : Chosen
    notes : tuple of str
        What could also be meant otherwise.
    left_out : tuple of (int, str)
        The first rows that can't be used: line and reason.
    """

    dataset: Csv
    chosen: Chosen
    notes: tuple[str, ...]
    left_out: tuple[tuple[int, str], ...]


class TableReader(QThread):
    """Makes one dataset at a time: the file's content, its columns, and what is chosen of them.

    Signals
    -------
    told : (number, words, share)
        How far it is, from 0 to 1.
    made : (number, Answer)
    failed : (number, mistakes)
        What is wrong, as a list of Mistake.
    """

    told = Signal(int, str, float)
    made = Signal(int, object)
    failed = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("optiviz table reader")
        self._wake = threading.Condition()
        self._wanted: tuple[int, Path | None, dict[str, Any]] | None = None
        self._number = 0
        self._closing = False

    def ask(self, settings: dict[str, Any], path: Path | None = None) -> int:
        """Make a dataset of settings, of a file if one is named; what was asked before is left.

        Returns
        -------
        int
            The number that the answer has.
        """
        with self._wake:
            self._number += 1
            self._wanted = self._number, path, settings
            self._wake.notify()
            number = self._number
        if not self.isRunning():
            self.start(QThread.Priority.LowPriority)
        return number

    def cancel(self) -> None:
        """Leave what is being read."""
        with self._wake:
            self._number += 1
            self._wanted = None

    def close(self) -> None:
        """End, within a few milliseconds."""
        with self._wake:
            self._closing = True
            self._number += 1
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        """Answer until it is closed."""
        while True:
            with self._wake:
                while self._wanted is None and not self._closing:
                    self._wake.wait()
                if self._closing or self._wanted is None:
                    return
                (number, path, settings), self._wanted = self._wanted, None
            try:
                made = self._dataset(number, path, settings)
            except Cancelled:
                continue
            except SpecError as error:
                self.failed.emit(number, list(error.mistakes))
            except TableError as error:
                self.failed.emit(number, [Mistake(error.field, str(error))])
            except MemoryError:
                self.failed.emit(number, [Mistake("content", "needs more memory than there is")])
            except Exception as error:  # whatever it is, nobody waits for ever
                said = Failure.beside_runs(error).sentence
                self.failed.emit(number, [Mistake("content", said)])
            else:
                self.made.emit(number, made)

    def _dataset(self, number: int, path: Path | None, settings: dict[str, Any]) -> Answer:
        if path is not None:
            content = content_of(path, self._going("Reading", path.name, number))
            settings = {**settings, "file": path.name[-255:], "content": contents.put(content)}
            del content
        settings = {"content": "", "file": "", **settings}
        given: dict[str, Any] = {n: settings[n] for n in _WANTED if settings.get(n) is not None}
        if given["content"]:
            given["features"] = tuple(given.get("features", ()))
            table_of(Wanted(**given), self._going("Making columns of", settings["file"], number))
        made = Csv.from_dict({"kind": Csv.kind, **settings})
        found = found_in(Wanted(**given)) if given["content"] else found_in(made.wanted)
        chosen = chosen_of(made.wanted)
        return Answer(made, chosen, found.notes, tuple(chosen.left_out()))

    def _going(self, verb: str, name: str, number: int) -> Callable[[float], bool]:
        last = 0.0

        def go_on(share: float) -> bool:
            nonlocal last
            time.sleep(_REST)
            if time.monotonic() - last > _TOLD:
                last = time.monotonic()
                self.told.emit(number, f"{verb} {name}", share)
            return number == self._number

        return go_on
