"""Runs as Python that does them again with optiviz: their specs and tables, as lines of code."""

import base64
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import told_apart
from optiviz.store.atomic import StoreError
from optiviz.tables import contents

_WIDE = 96  # characters in a line of packed data
_FITS = 72  # characters of data in a line, behind a name
_TAB = "    "
_MOST = 20_000_000  # characters in a program: more is opened by no editor


def spec_to(run: Run, last: int) -> RunSpec:
    """Return the spec of a run that ends at an iteration."""
    if run.status is not RunStatus.RUNNING and last == run.trace.last_k:
        return run.spec
    return run.spec.replace(stopping=run.spec.stopping.replace(ended_at=last))


def named_specs(runs: Sequence[Run], lasts: Sequence[int], path: Path) -> dict[str, Any]:
    """Return what each run is called with its spec as plain data.

    Raises
    ------
    StoreError
        If one of them is known only as it was recorded.
    """
    for run in runs:
        if run.spec.optimizer.recorded:
            raise StoreError(f"{path}: {run.spec.optimizer.read_only}")
    names = told_apart(run.name or run.spec.optimizer.label for run in runs)
    ended = [spec_to(run, last).to_dict() for run, last in zip(runs, lasts, strict=True)]
    return dict(zip(names, ended, strict=True))


def is_whole(run: Run, last: int) -> bool:
    """Whether the digest of what is written is known, as it is made today."""
    return last == run.trace.last_k and run.trace.leads_on


def as_python(data: Any, indent: str = "") -> str:
    """Return plain data as Python that is read and edited: what fits is in one line."""
    if isinstance(data, dict):
        parts = [f"{_text(key)}: {as_python(v, indent + _TAB)}" for key, v in data.items()]
        return _bracketed("{", parts, "}", indent)
    if isinstance(data, list | tuple):
        return _bracketed("[", [as_python(v, indent + _TAB) for v in data], "]", indent)
    return _text(data) if isinstance(data, str) else repr(data)


def _text(value: str) -> str:
    """Return a text in double quotes, as most people write them."""
    shown = repr(value)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in value else shown


def _bracketed(opening: str, parts: Sequence[str], closing: str, indent: str) -> str:
    line = f"{opening}{', '.join(parts)}{closing}"
    if "\n" not in line and len(indent) + len(line) <= _FITS:
        return line
    inner = f"\n{indent}{_TAB}"
    return f"{opening}{inner}{f',{inner}'.join(parts)},\n{indent}{closing}"


def tables_in(specs: Iterable[Any]) -> str:
    """Return lines that make the tables of the user's own known which specs name, or nothing.

    Raises
    ------
    StoreError
        If one of them isn't known.
    """
    parts = []
    for sha in dict.fromkeys(sha for spec in specs for sha in contents.named_in(spec)):
        content = contents.get(sha)
        if content is None:
            raise StoreError("The table that the run learnt from isn't known any more.")
        packed = base64.b64encode(zlib.compress(content, 9)).decode()
        lines = "\n".join(packed[i : i + _WIDE] for i in range(0, len(packed), _WIDE))
        parts.append(f'TABLE = """\n{lines}\n"""\ncontents.put({_UNPACK})  # {sha[:12]}\n')
    return "\n".join(parts)


_UNPACK = "zlib.decompress(base64.b64decode(TABLE))"
TABLE_IMPORTS = ("import base64", "import zlib", "from optiviz.tables import contents")


def checked(text: str, path: Path) -> str:
    """Return a program.

    Raises
    ------
    StoreError
        If it is too long to be opened.
    """
    if len(text) > _MOST:
        raise StoreError(
            f"{path}: the program would have {len(text):,} characters, as the data are in it; "
            f"{_MOST:,} are the most"
        )
    return text
