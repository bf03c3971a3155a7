"""The command line: the same runs, files and figures as the window, without a screen.

Exit status: 0 done; 2 the user's mistake, a line each on stderr; 130 ended by
Ctrl+C; 1 a defect of ours. Imports
everything but the window, and each part when its command is called.
"""

import sys
from typing import Annotated

import typer

import optiviz
from optiviz.cli import comparing, files, listing, running, runs, studies
from optiviz.cli.doing import INTERRUPTED
from optiviz.engine.parameters import SpecError
from optiviz.engine.wording import one_line
from optiviz.store.atomic import StoreError

app = typer.Typer(
    name="optiviz",
    help="See optimization. Without a command, optiviz opens its window.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

# typer's errors of usage are click's, or those of its own copy of click, as its version has it.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]


def main(arguments: list[str]) -> None:
    """Run a command and exit with its status."""
    command = typer.main.get_command(app)
    try:
        status = command.main(arguments, prog_name="optiviz", standalone_mode=False)
    except SpecError as error:
        _end_with(list(map(str, error.mistakes)))
    except StoreError as error:
        _end_with([str(error)])
    except _USAGE_ERROR as error:
        _end_with([error.format_message()])  # type: ignore[attr-defined]
    except (typer.Abort, KeyboardInterrupt):
        _end_with(["stopped"], INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has gone
        sys.stderr.close()
        raise SystemExit(0) from None
    raise SystemExit(status if isinstance(status, int) else 0)


def _end_with(lines: list[str], status: int = 2) -> None:
    for line in lines:
        print(one_line(line), file=sys.stderr)
    raise SystemExit(status)


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
