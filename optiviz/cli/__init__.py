"""The command line: the same runs, files and figures as the window, without a screen.

Exit status: 0 done; 2 the user's mistake, a line each on stderr; 130 ended by Ctrl+C, 143 by
SIGTERM; 1 a defect of ours. Imports everything but the window, and each part when its command is
called.
"""

import errno
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Annotated, NoReturn, TextIO

import typer

import optiviz
from optiviz.cli import comparing, files, history, listing, running, runs, studies
from optiviz.cli.doing import INTERRUPTED
from optiviz.cli.plugins import take
from optiviz.cli.recording import Asked, ended_in_order
from optiviz.cli.terminal import harmless_output
from optiviz.engine.parameters import SpecError
from optiviz.engine.wording import one_line
from optiviz.store.atomic import StoreError, reason

app = typer.Typer(
    name="optiviz",
    help="See optimization. Without a command, optiviz opens its window.",
    epilog="optiviz --plugin FILE.py [--trust] COMMAND ... knows the algorithms, datasets and "
    "views that a file of yours defines; it is run, so optiviz asks before.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_LONGEST, _BEGINS = 700, 150  # characters of a line on stderr, and of its beginning

# typer's errors of usage are click's, or those of its own copy of click, as its version has it.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]


_made = cache(typer.main.get_command)  # takes 25 ms: once is enough where many are run


def main(arguments: list[str]) -> None:
    """Run a command and exit with its status."""
    command = _made(app)
    _open_streams()
    asked = Asked()
    try:
        with harmless_output(), ended_in_order() as asked:
            status = command.main(arguments, prog_name="optiviz", standalone_mode=False)
    except SpecError as error:
        _end_with(list(map(str, error.mistakes)))
    except StoreError as error:
        _end_with([str(error)])
    except _USAGE_ERROR as error:
        _end_with([error.format_message()])  # type: ignore[attr-defined]
    except (typer.Abort, KeyboardInterrupt):
        _end_with(["stopped"], asked.status or INTERRUPTED)
    except BrokenPipeError:
        _end_unread()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # which typer takes for a failure
            _end_unread()
        raise
    except OSError as error:  # a name that no file can have, a full disk
        if error.errno is None:
            raise
        _end_with([_refusal(error)])
    _flushed()
    raise SystemExit(asked.status or (status if isinstance(status, int) else 0))


def with_plugins(arguments: list[str]) -> list[str]:
    """Load the plug-ins that stand before a command, and return the rest; or exit with 2."""
    try:
        return take(arguments)
    except SpecError as error:
        _end_with(list(map(str, error.mistakes)))


def _end_with(lines: Iterable[str], status: int = 2) -> NoReturn:
    with suppress(OSError):  # the status says it too
        for line in lines:
            print(_shortened(one_line(line)), file=sys.stderr)
        sys.stderr.flush()
    _dropped(sys.stdout)
    _dropped(sys.stderr)
    raise SystemExit(status)


def _open_streams() -> None:
    """Let what is written to a stream that was closed when we started go nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _flushed() -> None:
    """Write what is still held back, while there is somebody to tell that it can't be."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _end_unread()
    except OSError as error:
        _end_with([_refusal(error)])


def _end_unread() -> None:
    """End where the reader of our output has gone, which is its right."""
    _dropped(sys.stdout)
    _dropped(sys.stderr)
    raise SystemExit(0)


def _dropped(stream: TextIO) -> None:
    """Write what a stream still holds, or else forget it: Python would try again and complain."""
    try:
        stream.flush()
    except OSError:
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def _refusal(error: OSError) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return f"{error.filename}: is too long for the name of a file"
    return f"{error.filename or 'output'}: {reason(error)}"


def _shortened(line: str) -> str:
    """Return a line that begins and ends as it did: names may be longer than any sentence."""
    return line if len(line) <= _LONGEST else f"{line[:_BEGINS]} … {line[_BEGINS - _LONGEST :]}"


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"optiviz {optiviz.__version__}")
        raise typer.Exit


for command in (
    running.run,
    comparing.race,
    studies.study,
    studies.repeat,
    studies.sweep,
    comparing.compare,
    listing.list_,
    files.show,
    runs.runs,
    files.verify,
    files.report,
    files.export,
    running.bench,
):
    app.command(name=command.__name__.rstrip("_"))(command)

app.add_typer(history.app, name="history")
