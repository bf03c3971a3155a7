"""List the proofs, or do one: ``python -m tests.torture [NAME] [--n N] [--seed S] [--json]``."""

import argparse
import faulthandler
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.torture import Proof, proofs, show_progress

_REST = 0.2  # seconds between two lines of progress on a terminal
_LONG_REST = 10.0  # in a log


class _Progress:
    """One line that is written over on a terminal, and now and then a line in a log."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = -_LONG_REST
        self._terminal = sys.stderr.isatty()

    def __call__(self, done: int, of: int, note: str) -> None:
        now = time.monotonic() - self._began
        if done < of and now - self._shown < (_REST if self._terminal else _LONG_REST):
            return
        self._shown = now
        text = f"{done:,} of {of:,} after {now:,.0f} s {note}".rstrip()
        if self._terminal:
            print(f"\r\033[K{text}", end="\n" if done >= of else "", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Return 0 where the promise holds, 1 where it is broken."""
    known = proofs()
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(known), metavar="NAME")
    parser.add_argument("--n", type=int, help="as many tries, runs or seconds as this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args()
    if options.name is None:
        _list(known)
        return 0
    proof = known[options.name]
    home = Path(tempfile.mkdtemp(prefix="optiviz-torture-"))
    _settle_in(home)
    try:
        return _do(proof, proof.usual if options.n is None else options.n, options)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _list(known: dict[str, Proof]) -> None:
    width = max((len(name) for name in known), default=0)
    for name, proof in known.items():
        print(f"{name:{width}}  {proof.usual:>6,}  {proof.title}")


def _settle_in(home: Path) -> None:
    """See no screen and none of the user's own things, unless told otherwise."""
    for name in ("home", "config", "runtime"):
        (home / name).mkdir(mode=0o700)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("OPTIVIZ_HOME", str(home / "home"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home / "runtime"))
    os.environ["XDG_CONFIG_HOME"] = str(home / "config")
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    faulthandler.enable()


def _do(proof: Proof, n: int, options: argparse.Namespace) -> int:
    print(f"{proof.title} (n {n:,}, seed {options.seed})", file=sys.stderr, flush=True)
    show_progress(_Progress())
    began = time.monotonic()
    broken = ""
    figures: dict[str, object] = {}
    try:
        figures = proof.run(n, options.seed)
    except AssertionError as error:
        notes = getattr(error, "__notes__", [])
        broken = "\n".join([str(error) or traceback.format_exc(), *notes])
    except Exception:
        broken = traceback.format_exc()
    figures["minutes"] = round((time.monotonic() - began) / 60, 1)
    if options.json:
        about = {"proof": proof.name, "n": n, "seed": options.seed, "holds": not broken}
        print(json.dumps(about | figures, default=str))
    else:
        width = max(map(len, figures))
        for name, value in figures.items():
            print(f"{name.replace('_', ' '):{width}}  {_read(value)}")
    sys.stdout.flush()
    if broken:
        print(f"\nBROKEN: {broken.rstrip()}", file=sys.stderr)
        print(f"\nAgain: {proof.repeat(n, options.seed)}", file=sys.stderr)
    return 1 if broken else 0


def _read(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


if __name__ == "__main__":
    sys.exit(main())
