"""``optiviz --plugin FILE.py ...``: kinds from a file of the user's, after asking."""

import sys
from collections.abc import Sequence
from pathlib import Path

from optiviz.cli.terminal import harmless
from optiviz.engine import plugins
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.store import consent

PLUGIN, TRUST = "--plugin", "--trust"


def take(arguments: Sequence[str]) -> list[str]:
    """Load the plug-ins that stand before a command, and return what is left.

    Parameters
    ----------
    arguments : sequence of str
        ``--plugin FILE.py``, once or several times, and ``--trust`` before all others count.

    Raises
    ------
    SpecError
        If one can't be loaded, or the user doesn't agree.
    """
    rest, paths, trusted = list(arguments), [], False
    while rest and rest[0].partition("=")[0] in (PLUGIN, TRUST):
        option, equals, value = rest.pop(0).partition("=")
        if option == TRUST and not equals:
            trusted = True
        elif not equals and not rest:
            raise SpecError([Mistake(PLUGIN, "name a file of Python")])
        else:
            paths.append(Path(value if equals else rest.pop(0)))
    if trusted and not paths:
        raise SpecError([Mistake(TRUST, f"stands beside {PLUGIN}, and there is none")])
    for path in paths:
        _load(path, trusted=trusted)
    return rest


def _load(path: Path, *, trusted: bool) -> None:
    try:
        _, sha = plugins.read(path)
        if not (trusted or consent.is_given(path, sha) or _agrees(path, sha)):
            raise plugins.PluginError(
                f"{path}: was not loaded, since nobody agreed to run it; "
                f"{TRUST} beside {PLUGIN} agrees"
            )
        plugins.load(path.resolve(), sha)
        consent.give(path, sha)
    except plugins.PluginError as error:
        where, _, sentence = str(error).partition(": ")
        raise SpecError([Mistake(where, sentence)]) from None


def _agrees(path: Path, sha: str) -> bool:
    """Ask on a terminal; nobody agrees elsewhere."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    shown = harmless(str(path.resolve()))
    print(f"{shown}\n(SHA-256 {sha}) is a program, which can do all that you can.", file=sys.stderr)
    print("Run it, now and whenever it is named unchanged? [y/N] ", end="", file=sys.stderr)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
