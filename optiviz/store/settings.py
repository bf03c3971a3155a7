"""What the window remembers: one JSON file, written whole or not at all. Knows no window.

Several windows share it: each writes only the keys that it changed, over what is there by then.
What a newer version keeps in it stays.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from optiviz.engine.spec import parse_json
from optiviz.store.alone import alone
from optiviz.store.atomic import StoreError, reason, untaken, write_text
from optiviz.store.folders import settings_folder

__all__ = ["FILE", "LONGEST", "REST", "Settings", "SettingsFile", "user_settings"]

FILE: Final = "settings.json"
VERSION: Final = 1
REST: Final = 0.5  # seconds between a change and its writing, in which others may come
_MOST: Final = 1_000_000  # bytes that settings can be
_PATIENCE: Final = 1.0  # seconds to wait for another window that is writing
_LAST: Final = 3.0  # when this one is closed: then it writes all the same

LONGEST: Final = 4096
"""Characters of a text, such as a folder's name."""

Text = Annotated[str, Meta(max_length=LONGEST)]
Pixels = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Words = dict[Text, Any]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered.

    Attributes
    ----------
    theme : str
        "light" or "dark"; nothing where none was chosen.
    text_scale : float
        Of type and lines, 1 for a desk.
    folder : str
        From which files were opened or to which they were written last.
    place : tuple of int, or None
        Left, top, width and height of the window where it does not fill the screen, in pixels.
    maximized : bool
    tab : str
        Title of the workspace in front.
    columns : dict of str to float
        By workspace, how wide its left column is, in pixels at the usual size of text.
    folded : dict of str to bool
        By workspace and panel.
    views : dict of str to list of str
        By workspace and what there is to choose from, the kinds of the views that are open.
    view_settings : dict of str to dict
        By workspace and view, its own settings.
    exporting : dict
        What was chosen of the file that was exported last: its format, and what it was like.
    told : list of str
        Ids of runs that were found interrupted or damaged, and that the user was told of.
    """

    theme: Literal["", "light", "dark"] = ""
    text_scale: Annotated[float, Meta(ge=0.5, le=4.0)] = 1.0
    folder: Text = ""
    place: tuple[Pixels, Pixels, Pixels, Pixels] | None = None
    maximized: bool = False
    tab: Text = ""
    columns: dict[Text, Annotated[float, Meta(ge=1, le=100_000)]] = {}
    folded: dict[Text, bool] = {}
    views: dict[Text, list[Text]] = {}
    view_settings: dict[Text, Words] = {}
    exporting: Words = {}
    told: list[Text] = []


_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Settings)}


class SettingsFile:
    """The file of settings; changes are written by themselves, half a second later.

    Parameters
    ----------
    folder : Path, optional
        The user's, if left out.

    Attributes
    ----------
    now : Settings
        With what was changed, whether it is written yet or not.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or settings_folder()) / FILE
        self._lock = threading.RLock()
        self._findings: list[str] = []
        self._said_trouble = False
        self._changed: dict[tuple[str, ...], Any] = {}
        self._timer: threading.Timer | None = None
        self._known: dict[str, Any] = {}
        try:
            self._known = self._read()
        except OSError as error:
            self._tell(error)
        self.now = self._understood()

    def findings(self) -> list[str]:
        """Return what the user should know, a sentence each; each is told once."""
        with self._lock:
            told, self._findings = self._findings, []
            return told

    @property
    def waiting(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._changed)

    def change(self, **values: Any) -> None:
        """Give some settings other values.

        Raises
        ------
        TypeError
            If there is no such setting, or it can't be this.
        """
        for name, value in values.items():
            self._put((name,), value)

    def put(self, name: str, key: str, value: Any) -> None:
        """Give one entry of a setting that is a table another value.

        Raises
        ------
        TypeError
            If there is no such setting, or it can't be this.
        """
        self._put((name, key), value)

    def _put(self, path: tuple[str, ...], value: Any) -> None:
        with self._lock:
            now = msgspec.structs.replace(self.now, **{path[0]: self._laid(path, value)})
            if now == self.now:
                return
            try:
                msgspec.convert(_plain(now), Settings)
            except msgspec.ValidationError as error:
                raise TypeError(f"{'.'.join(path)}: {error}") from None
            self.now = now
            self._changed[path] = value
            self._write_soon()

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(REST, self.write)
            self._timer.name, self._timer.daemon = "optiviz settings", True
            self._timer.start()

    def _laid(self, path: tuple[str, ...], value: Any) -> Any:
        return value if len(path) == 1 else {**getattr(self.now, path[0]), path[1]: value}

    def write(self) -> None:
        """Write what was changed, now; where that is impossible, it is tried with the next.

        While another window is writing, it is tried again by itself.
        """
        self._write(_PATIENCE)

    def _write(self, patience: float, anyway: bool = False) -> None:
        with self._lock:
            self._timer = None
            if not self._changed:
                return
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with _alone(self._path.with_suffix(".lock"), patience, anyway):
                    table = self._read()
                    for path, value in self._changed.items():
                        _lay(table, path, msgspec.to_builtins(value))
                    table["version"] = max(VERSION, _version(table))
                    write_text(self._path, json.dumps(table, indent=1, allow_nan=False) + "\n")
            except TimeoutError:
                self._write_soon()
                return
            except (OSError, StoreError, ValueError) as error:
                self._tell(error)
                return
            self._known, self._changed = table, {}

    def close(self) -> None:
        """Write what is still to be written, and end what waits."""
        timer = self._timer
        if timer is not None:
            timer.cancel()
            timer.join(2 * _PATIENCE)
        self._write(_LAST, anyway=True)

    def _tell(self, error: OSError | StoreError | ValueError) -> None:
        if not self._said_trouble:
            self._said_trouble = True
            why = f"{self._path}: {reason(error)}" if isinstance(error, OSError) else str(error)
            self._findings.append(
                f"What you set is kept until optiviz is closed, no longer: {why}."
            )

    # Reading

    def _read(self) -> dict[str, Any]:
        """Return what is in the file; what was last known where there is none."""
        try:
            with self._path.open("rb") as file:
                content = file.read(_MOST + 1)
        except FileNotFoundError:
            return json.loads(json.dumps(self._known))  # type: ignore[no-any-return]
        try:
            if len(content) > _MOST:
                raise ValueError("it is too large")
            table = parse_json(content.decode("utf-8-sig"))
            if not isinstance(table, dict):
                raise ValueError("it is no table")
            _check(table)
        except (ValueError, RecursionError):
            self._put_aside()
            return json.loads(json.dumps(self._known))  # type: ignore[no-any-return]
        return table

    def _put_aside(self) -> None:
        aside = untaken(self._path.parent, "settings-damaged", ".json")
        self._path.replace(aside)
        self._findings.append(
            f"The settings were damaged: they are put aside as {aside}, and the usual ones "
            "are used."
        )

    def _understood(self) -> Settings:
        """Return what of the file is known to this version."""
        good = {}
        for name, field in _FIELDS.items():
            if name in self._known:
                with suppress(msgspec.ValidationError):  # of a newer version
                    good[name] = msgspec.convert(self._known[name], field.type)
        return Settings(**good)


def _check(table: Mapping[str, Any]) -> None:
    """Refuse what this version must know and doesn't understand; a newer one may know more."""
    if _version(table) <= VERSION:
        for name, field in _FIELDS.items():
            if name in table:
                msgspec.convert(table[name], field.type)  # its ValidationError is a ValueError


def _version(table: Mapping[str, Any]) -> int:
    found = table.get("version", VERSION)
    if type(found) is not int or not 1 <= found < 2**31:
        raise ValueError("its version is no number")
    return found


def _plain(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in _FIELDS}


def _lay(table: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    if len(path) == 1:
        table[path[0]] = value
        return
    inner = table.get(path[0])
    table[path[0]] = {**(inner if isinstance(inner, dict) else {}), path[1]: value}


@contextmanager
def _alone(lock: Path, patience: float, anyway: bool) -> Iterator[None]:
    """Keep other windows from writing meanwhile; on a disk without locks, go on all the same.

    Raises
    ------
    TimeoutError
        If another one writes for longer, unless it is to be written anyway.
    """
    with ExitStack() as held:
        try:
            held.enter_context(alone(lock, patience, "another window writes the settings"))
        except OSError as error:
            if isinstance(error, TimeoutError) and not anyway:
                raise
        yield


@cache
def _file_in(folder: Path) -> SettingsFile:
    return SettingsFile(folder)


def user_settings() -> SettingsFile:
    """Return the user's settings: the same for everybody in this process."""
    return _file_in(settings_folder())
