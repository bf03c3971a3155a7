"""GIF: a movie that goes into any page or slide."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import RATES, Format, Options

_FASTEST = 50.0  # frames in a second: players slow quicker ones down
_SAMPLES = 6  # frames from which the colours are chosen


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.movies.gif import Gif
    from optiviz.reports.movies.making import check, write_movie
    from optiviz.views.palette import THEMES

    check(options, FORMAT.rates)
    palette = THEMES[options.theme]
    write_movie(
        runs,
        path,
        options,
        lambda file, reel: nullcontext(
            Gif(file, map(reel.draw, reel.samples(_SAMPLES)), palette, options.rate)
        ),
    )


FORMAT = Format(
    name="gif",
    label="Animation (GIF)",
    about="The run as it goes on, in one or several views; plays in any browser and slide.",
    suffix=".gif",
    group="movie",
    write=_write,
    takes=frozenset({"views", "at", "size", "theme", "length"}),
    several=True,
    rates=(RATES[0], _FASTEST),
)
