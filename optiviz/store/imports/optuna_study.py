"""Optuna's studies, from the SQLite file that keeps them: a run for each study."""

import logging
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.engine.problem import Array
from optiviz.engine.run import Run
from optiviz.store.atomic import StoreError
from optiviz.store.imports import Importer
from optiviz.store.tables import Table

_MISSING = "needs Optuna, which is not installed here: pip install optiviz[imports]"
_SQLITE = b"SQLite format 3\0"


class OptunaStudy(Importer):
    """Reads Optuna's SQLite storage; trials in their order are iterations."""

    kind = "optuna"
    label = "Optuna studies"
    suffixes = (".db", ".sqlite", ".sqlite3")

    def tables(self, path: Path, like: Run | None) -> Sequence[Table]:
        """Return a table for each study that has a trial with a value."""
        _check(path)
        try:
            import optuna
        except ImportError:
            raise StoreError(f"{path}: {_MISSING}") from None
        with _quiet(optuna):
            try:
                studies = list(_studies(optuna, path))
            except StoreError:
                raise
            except Exception as error:  # of Optuna, of SQLAlchemy and of SQLite alike
                said = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise StoreError(f"{path}: Optuna can't read it: {said[:200]}") from None
        if not studies:
            raise StoreError(f"{path}: there is no study in it")
        tables = [table for name, study in studies for table in _tables(path, name, study)]
        if not tables:
            raise StoreError(f"{path}: none of its {len(studies):,} studies has a finished trial")
        return tables


def _check(path: Path) -> None:
    """Refuse what is no database of Optuna's, without writing into it."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            raise StoreError(f"{path}: is no SQLite database")
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            found = database.execute("SELECT name FROM sqlite_master WHERE name = 'studies'")
            known = found.fetchone() is not None
        finally:
            database.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path}: is no whole SQLite database: {error}") from None
    if not known:
        raise StoreError(f"{path}: is a SQLite database, but not one of Optuna's")


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    """Keep what Optuna logs and warns of to itself, and leave its loudness as it was."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


def _studies(optuna: Any, path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the name of each study and what is in it, all read."""
    url = f"sqlite:///file:{path.absolute().as_uri().removeprefix('file://')}?mode=ro&uri=true"
    storage = optuna.storages.RDBStorage(url, skip_table_creation=True)
    try:
        for frozen in storage.get_all_studies():
            trials = storage.get_all_trials(frozen._study_id)
            yield frozen.study_name, (frozen.directions, trials)
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _tables(path: Path, name: str, study: tuple[Any, list[Any]]) -> Iterator[Table]:
    directions, trials = study
    trials = sorted(trials, key=lambda trial: trial.number)
    states = [trial.state.name for trial in trials]
    if "COMPLETE" not in states:
        return
    notes = [
        f"trials that {words}: {states.count(state):,}"
        for state, words in (
            ("FAIL", "failed"),
            ("PRUNED", "were pruned"),
            ("RUNNING", "were still running"),
            ("WAITING", "were still waiting"),
        )
        if state in states
    ]
    if len(directions) > 1:
        notes.append(f"it has {len(directions)} objectives, of which the first is shown")
    names, points, codes = _points(trials)
    notes += codes
    done = [trial.state.name == "COMPLETE" and bool(trial.values) for trial in trials]
    values = [float(t.values[0]) if ok else np.nan for t, ok in zip(trials, done, strict=True)]
    yield Table(
        path=path,
        part=f"study {name[:80]!r}",
        name=name[:100],
        values=np.array(values),
        written=np.array(done),
        measure="objective value",
        better="higher" if directions[0].name == "MAXIMIZE" else "lower",
        objective=directions[0].name != "MAXIMIZE",
        iterations=np.array([float(trial.number) for trial in trials]),
        evaluations=np.arange(1.0, len(trials) + 1),
        seconds=_seconds(trials),
        points=points if names else None,
        names=names,
        notes=tuple(notes),
    )


def _points(trials: list[Any]) -> tuple[tuple[str, ...], Array, list[str]]:
    """Return the parameters' names, their values by trials, and what codes stand for."""
    names = tuple(dict.fromkeys(name for trial in trials for name in trial.params))
    points = np.full((len(trials), len(names)), np.nan)
    notes = []
    for j, name in enumerate(names):
        given = {i: t.params[name] for i, t in enumerate(trials) if name in t.params}
        if all(
            isinstance(value, int | float) and not isinstance(value, bool)
            for value in given.values()
        ):
            codes = None
        else:
            known = list(dict.fromkeys(map(repr, given.values())))
            codes = {value: float(code) for code, value in enumerate(known)}
            shown = ", ".join(f"{code} {value[:20]}" for code, value in enumerate(known[:5]))
            notes.append(f"{name} stands as {shown}{', …' if len(known) > 5 else ''}")
        for i, value in given.items():
            points[i, j] = float(value) if codes is None else codes[repr(value)]
    return names, points, notes


def _seconds(trials: list[Any]) -> Array:
    """Return the seconds from the start of the first trial to the end of each."""
    began = min((t.datetime_start for t in trials if t.datetime_start), default=None)
    seconds = [
        (t.datetime_complete - began).total_seconds() if began and t.datetime_complete else np.nan
        for t in trials
    ]
    return np.maximum.accumulate(np.nan_to_num(np.array(seconds), nan=0.0))
