"""A zip archive of JSON and arrays with a checksum for each member; reading trusts nothing.

Nothing is ever unpacked to disk. What is refused, is refused before it takes memory.
"""

import hashlib
import io
import json
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.reading import NO_FILE, opened
from optiviz.engine.spec import parse_json
from optiviz.store import carried, npy
from optiviz.store.atomic import StoreError

CHECKSUMS = "checksums.json"
FORMAT = "format.json"
STUDY = "study"  # stands in it where a study is held, and not runs
VERSION = 2  # of the format that is written; all before it are read
MAX_TOTAL = 1 << 30  # bytes of all members, unpacked
_MAX_JSON = 64 << 20
_MAX_DIRECTORY = 16 << 20
_MAX_MEMBERS = 65_000  # more would make it another kind of archive
_FREE, _RATIO = 128 << 20, 250  # unpacked bytes: so many, and so many for each byte packed
_DEFLATE_AT_MOST = 1040  # times smaller than it was, what zlib packs
_PART = r"[a-zA-Z0-9_-]{1,64}"
_NAME = re.compile(rf"(?:run-[0-9]{{1,4}}/)?(?:{_PART}/)?{_PART}\.(?:json|npy)")
_SAFE_NAME = re.compile(rf"(?:{_PART}/){{0,7}}{_PART}\.[a-z0-9]{{1,8}}")  # of newer versions too
_FORMAT_KEYS = ("version", "versions", "machine", "runs", STUDY)
_END = struct.Struct("<4s4H2LH")  # the record at the end of a zip archive
_ZIP = b"PK\x03\x04"
_PDF = b"%PDF"
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, NotImplementedError,
    RuntimeError, EOFError, ValueError, OverflowError,
)  # fmt: skip


class _Unclosed(zipfile.ZipFile):
    """An archive that is left as it is when writing ends midway: its file is closed by then."""

    def __del__(self) -> None:
        """Write nothing more."""


class Writer:
    """Members on their way into an archive; `finish` adds their checksums."""

    def __init__(self, file: BinaryIO, label: str) -> None:
        self._label = label
        self._zip = _Unclosed(file, "w", zipfile.ZIP_DEFLATED, False, compresslevel=4)
        self._checksums: dict[str, str] = {}
        self._total = self._packed = 0

    def json(self, name: str, value: Any) -> None:
        """Add plain data."""
        text = json.dumps(value, indent=1, allow_nan=False)
        self._add(name, text.encode())

    def array(self, name: str, array: NDArray[Any]) -> None:
        """Add an array of numbers."""
        self._add(name, npy.to_bytes(array))

    def finish(self) -> None:
        """Add the checksums and close the archive."""
        self.json(CHECKSUMS, self._checksums.copy())
        self._zip.close()

    def _add(self, name: str, content: bytes) -> None:
        self._checksums[name] = hashlib.sha256(content).hexdigest()
        self._total += len(content)
        if self._total > MAX_TOTAL:
            limit = f"{MAX_TOTAL >> 20:,} MB"
            raise StoreError(f"{self._label}: what is to be saved is larger than {limit}")
        if len(self._checksums) > _MAX_MEMBERS:
            raise StoreError(f"{self._label}: these are too many runs for one file; save fewer")
        info = zipfile.ZipInfo(name)  # of 1980, so that the same run makes the same file
        info.external_attr = 0o644 << 16
        # What packs too well is stored as it is: reading refuses what would grow too much.
        grows = self._total > _FREE + _RATIO * (self._packed + len(content) // _DEFLATE_AT_MOST)
        self._zip.writestr(info, content, zipfile.ZIP_STORED if grows else zipfile.ZIP_DEFLATED)
        self._packed += info.compress_size


class Archive:
    """The members of an archive, each checked when it is read.

    Parameters
    ----------
    path : Path
        Named in every sentence.

    Attributes
    ----------
    about : dict
        What ``format.json`` says.
    version : int
        Of the format.
    newer : str
        What the file is if its version is newer than is known here, as the end of a sentence: then
        members and entries that are not known are let be.

    Raises
    ------
    StoreError
        By the constructor and by every reading.
    """

    def __init__(self, path: Path) -> None:
        self._label = str(path)
        self.version, self.newer = 0, ""
        self._unread: set[str] = set()
        self._checksums: dict[str, Any] = {}
        self._strange = ""  # a member that no file of a version that is known has
        try:
            self._file = opened(path)
        except (OSError, ValueError) as error:
            raise self.refusal(_why_not_open(path, error)) from None
        try:
            self._file = self._uncovered()
            self._zip = self._opened()
            self.about = self._read_about()
            self._checksums = self._read_checksums()
            self._unread.add(FORMAT)  # once more, now against its checksum
            self._content(FORMAT)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def refusal(self, what: str) -> StoreError:
        """Return the sentence that this file is wrong in some way."""
        newer = f" (it {self.newer})" if self.newer and self.newer not in what else ""
        return StoreError(f"{self._label}: {what}{newer}")

    def _uncovered(self) -> BinaryIO:
        """Return the file itself, or what it carries if it is a report."""
        if not carried.is_page(self._file):
            return self._file
        content = carried.read(self._file, self._label)
        if content is None:
            raise self.refusal("is a page that carries no runs of optiviz")
        self._file.close()
        return io.BytesIO(content)

    def _opened(self) -> zipfile.ZipFile:
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        if size == 0:
            raise self.refusal("is empty")
        start = self._file.read(4)
        self._file.seek(max(0, size - _END.size))
        end = self._file.read(_END.size)
        if start == _PDF:
            raise self.refusal(
                "is a PDF; save the runs attached to it, runs.optiviz, and open them"
            )
        if start != _ZIP:
            raise self.refusal("is not a run file of optiviz")
        if size > MAX_TOTAL or len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
            raise self.refusal("is cut off or damaged")
        *_, count, directory, offset, comment = _END.unpack(end)
        if count > _MAX_MEMBERS:
            raise self.refusal(f"holds more than {_MAX_MEMBERS:,} members, which no run file does")
        if comment or directory > _MAX_DIRECTORY or offset + directory + _END.size != size:
            raise self.refusal("is cut off or damaged")
        try:
            found = zipfile.ZipFile(self._file)
        except _BROKEN:
            raise self.refusal("is damaged: its list of contents can't be read") from None
        self._check_members(found.infolist(), size)
        return found

    def _check_members(self, members: list[zipfile.ZipInfo], size: int) -> None:
        for member in members:
            name = member.filename
            if not _SAFE_NAME.fullmatch(name):
                raise self.refusal(f"holds {_shown(name)}, which no run file has")
            if not _NAME.fullmatch(name):
                self._strange = self._strange or _shown(name)
            if name in self._unread:
                raise self.refusal(f"holds {name} twice")
            if stat.S_ISLNK(member.external_attr >> 16):
                raise self.refusal(f"holds a link, {name}, which no run file has")
            if member.compress_type not in _PACKINGS or member.flag_bits & _ENCRYPTED:
                raise self.refusal(f"{name} is packed in a way that no run file is")
            if name.endswith(".json") and member.file_size > _MAX_JSON:
                raise self.refusal(f"{name} is too large")
            self._unread.add(name)
        total = sum(member.file_size for member in members)
        if total > MAX_TOTAL or total > _FREE + _RATIO * size:
            raise self.refusal(f"would take {total / 1e6:,.0f} MB of memory, too much for its size")

    def _read_checksums(self) -> dict[str, Any]:
        checksums = self.json(CHECKSUMS)
        if not isinstance(checksums, dict) or not checksums:
            raise self.refusal(f"{CHECKSUMS} is not a table of checksums")
        return checksums

    def _read_about(self) -> dict[str, Any]:
        """Check the format first, so that a newer one is named as such."""
        if FORMAT not in self._unread:
            other = f": it holds {self._strange}, which no run file has" if self._strange else ""
            raise self.refusal(f"is not a run file of optiviz{other}")
        found = self.json(FORMAT)
        about: dict[str, Any] = found if isinstance(found, dict) else {}
        version = about.get("version")
        if type(version) is not int or version < 1:
            raise self.refusal(f"{FORMAT} does not say which version of the format it is")
        self.version = version
        if version > VERSION:
            shown = f"{min(version, 10**9):,}"
            self.newer = (
                f"was written by a newer optiviz, in version {shown} of the format; this one "
                f"writes version {VERSION}"
            )
        elif self._strange:
            raise self.refusal(f"holds {self._strange}, which no run file has")
        self.only(FORMAT, about, _FORMAT_KEYS)
        return about

    # Members

    def __contains__(self, name: str) -> bool:
        return name in self._unread

    def names(self, prefix: str) -> list[str]:
        """Return the names that begin with a prefix and were not read yet, without it."""
        return sorted(name.removeprefix(prefix) for name in self._unread if name.startswith(prefix))

    def size(self, name: str) -> int:
        """Return how many bytes a member has, unpacked; it must be there."""
        return self._zip.getinfo(name).file_size

    def json(self, name: str) -> Any:
        """Return plain data.

        Raises
        ------
        StoreError
            If it is missing, damaged, or not strict JSON.
        """
        content = self._content(name)
        try:
            return parse_json(content.decode("utf-8"))
        except RecursionError:
            raise self.refusal(f"{name} is nested too deeply") from None
        except json.JSONDecodeError:
            raise self.refusal(f"{name} is not JSON") from None
        except UnicodeDecodeError:
            raise self.refusal(f"{name} is not text") from None
        except ValueError as error:
            what = "has a number of too many digits" if "digits" in str(error) else str(error)
            raise self.refusal(f"{name}: {what}") from None

    def only(self, name: str, found: dict[str, Any], known: Sequence[str]) -> None:
        """Refuse entries that are not known, but in a newer version.

        Raises
        ------
        StoreError
        """
        others = [] if self.newer else sorted(found.keys() - set(known))
        if others:
            raise self.refusal(f"{name} has an entry {_shown(others[0])}, which is not known")

    def array(self, name: str, dtype: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        """Return an array of a known type and shape, read-only; None is any length.

        Raises
        ------
        StoreError
            If it is missing, damaged, or another type or shape.
        """
        found = self.any_array(name)
        fits = len(found.shape) == len(shape) and all(
            b in (None, a) for a, b in zip(found.shape, shape, strict=True)
        )
        if found.dtype != np.dtype(dtype) or not fits:
            raise self.refusal(f"{name} has another shape or type than its run")
        return found

    def any_array(self, name: str) -> NDArray[Any]:
        """Return an array of numbers of any type and shape, read-only.

        Raises
        ------
        StoreError
            If it is missing or damaged.
        """
        try:
            return npy.from_bytes(self._content(name))
        except ValueError as error:
            raise self.refusal(f"{name} {error}") from None

    def _content(self, name: str) -> bytes:
        if name not in self._unread:
            raise self.refusal(f"lacks {name}")
        self._unread.remove(name)
        try:
            # Never more than the member says it has, whatever is packed.
            with self._zip.open(name) as member:
                content = member.read(self._zip.getinfo(name).file_size)
        except (*_BROKEN, OSError):
            raise self.refusal(f"is damaged: {name} can't be read") from None
        if self._checksums and self._checksums.get(name) != hashlib.sha256(content).hexdigest():
            raise self.refusal(f"is damaged: {name} does not match its checksum")
        return content

    @contextmanager
    def read_whole(self) -> Iterator[None]:
        """Have all of it read and made sense of in the block.

        Raises
        ------
        StoreError
            If that fails, a member was not read, or a checksum has no member.
        """
        try:
            yield
        except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
            what = f"its parts do not fit together ({type(error).__name__})"
            raise self.refusal(what) from error
        except MemoryError:
            raise self.refusal("needs more memory than there is") from None
        if self._unread and not self.newer:
            raise self.refusal(f"holds {min(self._unread)}, which is not known")
        for name in sorted(self._unread):  # not known, but undamaged
            self._content(name)
        missing = set(self._checksums) - set(self._zip.namelist())
        if missing:
            raise self.refusal(f"lacks {_shown(min(missing))}")


def _why_not_open(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError) and not path.is_dir():
        return "there is no permission to read it"
    if isinstance(error, IsADirectoryError | PermissionError):
        return "is a folder, not a file"
    if isinstance(error, OSError) and error.strerror == NO_FILE:
        return NO_FILE
    reason = error.strerror if isinstance(error, OSError) else "its name can't be used"
    return f"can't be read: {reason}"


def _shown(name: str) -> str:
    return repr(name if len(name) <= 60 else name[:57] + "...")
