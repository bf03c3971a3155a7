"""Runs as views are to see them for a picture or a movie."""

import io
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Reader, Run
from optiviz.reports.data.rows import started
from optiviz.store.atomic import writing
from optiviz.views import Shown, View, finest

if TYPE_CHECKING:
    from optiviz.reports.formats import Options
    from optiviz.reports.sizes import Size
    from optiviz.views.figure import Figure

Kind = Literal["png", "svg", "pdf"]
_WAITING = 50  # seconds of waiting that count as one of computing
_MEASURING = 5.0  # seconds at most for metrics along the runs
_REFINING = 5.0  # seconds at most for finer pictures


def shown_of(
    runs: Sequence[Run], path: str | Path, views: Sequence[View], at: int | None = None
) -> list[Shown]:
    """Return runs as these views see them at an iteration, those that have started.

    A run that is shorter is shown at its end.

    Raises
    ------
    StoreError
        If none has started.
    SpecError
        If none has this iteration, or the first can't be shown by one of the views.
    """
    there = started(runs, path)
    check_at(there, at)
    check_views(there[0], views)
    shown = []
    for i, run in enumerate(there):
        reader = Reader(run)
        measure(run, reader, _MEASURING / len(there))
        k = run.trace.last_k if at is None else min(at, run.trace.last_k)
        shown.append(Shown(run, k, reader, run.name, i))
    return shown


def measure(run: Run, reader: Reader, seconds: float) -> None:
    """Measure metrics along a run, for about so many seconds of this thread's own computing.

    Neither other programs nor the making of the data count: where the machine is busy, curves
    would be drawn through two points. Waiting counts little, as for a problem that another program
    computes, but it counts.
    """
    run.history.measure(reader, run.trace.last_k)
    reader.stepper.problem.metrics(reader.state(0).x)  # the last may be known without data
    run.history.extend(reader, seconds, clock=_spent)


def _spent() -> float:
    return time.thread_time() + time.perf_counter() / _WAITING


def check_at(runs: Sequence[Run], at: int | None) -> None:
    """Say which iterations there are, where none of the runs has this one.

    Raises
    ------
    SpecError
    """
    last = max(run.trace.last_k for run in runs)
    if at is not None and not 0 <= at <= last:
        raise SpecError([Mistake("at", f"the run has iterations 0 to {last:,}, not {at:,}")])


def check_views(run: Run, views: Sequence[View]) -> None:
    """Say what could be drawn, where nothing is named or something can't be.

    Raises
    ------
    SpecError
    """
    if not views:
        sentence = f"name what to draw; views of this run are {suiting(run)}"
        raise SpecError([Mistake("view", sentence)])
    for view in views:
        if not view.suits(run.spec.problem):
            sentence = f"{view.kind} can't show this run; views of it are {suiting(run)}"
            raise SpecError([Mistake("view", sentence)])


def suiting(run: Run) -> str:
    """Return the names of all views that can show a run, with commas."""
    known = registry.kinds("views").items()
    return ", ".join(kind for kind, cls in known if cls().suits(run.spec.problem))


def write_figure(runs: Sequence[Run], path: Path, options: "Options", kind: Kind) -> None:
    """Draw the first of the views into a file, at the size of where it goes.

    Raises
    ------
    StoreError
        If no run has started, or the file can't be written; what was there before stays.
    SpecError
        If the runs can't be shown so.
    """
    with writing(path) as file:  # a bad target is said before the work
        shown = shown_of(runs, path, options.views[:1], options.at)
        figure = finest(options.views[0], shown, _REFINING * len(shown) ** 0.5)
        file.write(drawn(figure, kind, options.size, options.theme))


def drawn(figure: "Figure", kind: Kind, size: str, theme: str) -> bytes:
    """Return a figure as a file, at a size of `SIZES` and with type and lines to match."""
    from optiviz.reports.drawing import render
    from optiviz.reports.sizes import SIZES

    made, content = SIZES[size], io.BytesIO()
    # All is drawn with type of the usual size, and then enlarged or reduced.
    render(
        figure,
        content,
        kind,
        theme=theme,
        width_in=made.width / made.scale,
        height_in=made.height / made.scale,
        dpi=made.dpi * made.scale,
    )
    return _ENLARGED[kind](content.getvalue(), made)


def _png(content: bytes, size: "Size") -> bytes:
    """Say how large a pixel is, so that a page gives the picture its size."""
    from PIL import Image

    enlarged = io.BytesIO()
    Image.open(io.BytesIO(content)).save(enlarged, "PNG", dpi=(size.dpi, size.dpi))
    return enlarged.getvalue()


def _svg(content: bytes, size: "Size") -> bytes:
    """Give the drawing its size; what is in it follows."""
    head, sep, rest = content.partition(b"viewBox=")
    head = re.sub(rb'width="[\d.]+pt"', b'width="%gin"' % size.width, head)
    head = re.sub(rb'height="[\d.]+pt"', b'height="%gin"' % size.height, head)
    return head + sep + rest


def _pdf(content: bytes, size: "Size") -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    if size.scale != 1:
        writer.pages[0].scale_by(size.scale)
    writer.metadata = None
    enlarged = io.BytesIO()
    writer.write(enlarged)
    return enlarged.getvalue()


_ENLARGED: dict[str, Callable[[bytes, "Size"], bytes]] = {"png": _png, "svg": _svg, "pdf": _pdf}
