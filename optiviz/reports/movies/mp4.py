"""MP4: frames are given to ffmpeg, which comes with the extra `movie`, one by one."""

import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import imageio_ffmpeg
import numpy as np

from optiviz.engine import threads
from optiviz.reports.movies.reel import Frame
from optiviz.store.atomic import StoreError

_NAME = "movie.mp4"
_QUALITY = 18  # x264's rate factor: thin lines and small type stay sharp
_REST = 0.05  # seconds between two looks at whether the movie is finished
_CHUNK = 1 << 18  # bytes that are copied at once
_FULL = ("No space left", "ENOSPC")
# Players take the colours of a movie of unknown kind for one thing or the other by its height.
_COLOURS = (
    "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
)


class Mp4:
    """A movie that frames are added to. It is made beside, then copied into the file.

    Parameters
    ----------
    file : binary file
    width, height : int
        Pixels: even numbers.
    rate : float
        Frames in a second.
    label : str
        Of the file, for sentences.
    """

    def __init__(self, file: BinaryIO, width: int, height: int, rate: float, label: str) -> None:
        self._file, self._label = file, label
        self._size, self._rate = (width, height), rate

    def __enter__(self) -> "Mp4":
        self._folder = tempfile.TemporaryDirectory(prefix="optiviz-", ignore_cleanup_errors=True)
        self._path = Path(self._folder.name) / _NAME
        self._said = (Path(self._folder.name) / "said.txt").open("w+b")
        try:
            self._ffmpeg = subprocess.Popen(
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=True,  # an interruption is ours to handle
            )
        except (OSError, RuntimeError) as error:  # there is none for this machine
            self._clear()
            sentence = f"{self._label}: the program that makes MP4 can't be started ({error})"
            raise StoreError(sentence) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._ffmpeg.poll() is None:
            self._ffmpeg.kill()
        assert self._ffmpeg.stdin is not None
        with suppress(OSError):  # what was still to be written
            self._ffmpeg.stdin.close()
        self._ffmpeg.wait()
        self._clear()

    def add(self, frame: Frame, count: int) -> None:
        """Add a frame that lasts for so many."""
        assert self._ffmpeg.stdin is not None
        content = np.ascontiguousarray(frame).data
        try:
            for _ in range(count):
                threads.go_on()
                self._ffmpeg.stdin.write(content)
        except OSError:
            raise self._failed() from None

    def end(self) -> None:
        """Have the movie finished, and copy it into the file."""
        assert self._ffmpeg.stdin is not None
        try:
            self._ffmpeg.stdin.close()
        except OSError:
            raise self._failed() from None
        while not self._ended():
            threads.go_on()
        if self._ffmpeg.returncode != 0 or not self._path.exists():
            raise self._failed()
        with self._path.open("rb") as made:
            while content := made.read(_CHUNK):
                threads.go_on()
                self._file.write(content)

    def _ended(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._ffmpeg.wait(_REST)
        return self._ffmpeg.returncode is not None

    def _command(self) -> list[str]:
        width, height = self._size
        return [
            imageio_ffmpeg.get_ffmpeg_exe(),
            *("-v", "error", "-nostdin", "-y"),
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"),
            *("-r", f"{self._rate:.6g}", "-i", "pipe:0", "-an", "-vf", _COLOURS),
            *("-c:v", "libx264", "-crf", str(_QUALITY), "-preset", "veryfast", "-threads", "1"),
            *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
            *("-color_range", "tv", "-movflags", "+faststart", "-fflags", "+bitexact"),
            *("-flags:v", "+bitexact", "-map_metadata", "-1", "-f", "mp4", str(self._path)),
        ]

    def _failed(self) -> StoreError:
        self._ffmpeg.kill()
        self._ffmpeg.wait()
        self._said.seek(0)
        lines = self._said.read(10_000).decode("utf-8", "replace").strip().splitlines()
        if any(word in line for line in lines for word in _FULL):
            return StoreError(f"{self._label}: the disk is full")
        why = f" ({lines[-1][:200]})" if lines else ""
        return StoreError(f"{self._label}: the movie could not be made{why}")

    def _clear(self) -> None:
        self._said.close()
        self._folder.cleanup()
