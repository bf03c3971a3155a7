"""MP4: a movie that is smaller and sharper than a GIF."""

from collections.abc import Sequence
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import StoreError


def _write(runs: Sequence[Run], path: Path, options: Options) -> None:
    from optiviz.reports.movies.making import check, write_movie

    if not FORMAT.is_there:
        raise StoreError(f"{path}: MP4 needs the extra movie: pip install 'optiviz[movie]'")
    from optiviz.reports.movies.mp4 import Mp4

    check(options)
    write_movie(
        runs,
        path,
        options,
        lambda file, reel: Mp4(file, reel.width, reel.height, options.rate, str(path)),
    )


FORMAT = Format(
    name="mp4",
    label="Movie (MP4)",
    about="The run as it goes on, in one or several views; small and sharp, for video players.",
    suffix=".mp4",
    group="movie",
    write=_write,
    takes=frozenset({"views", "at", "size", "theme", "length"}),
    several=True,
    needs="imageio_ffmpeg",
)
