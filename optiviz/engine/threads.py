"""One BLAS thread: two were 7 times slower on small networks, and change the last bits.

And how long work in a thread is left before it is done: an iteration may take minutes.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

ONE_BLAS_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def ask_for_one_blas_thread() -> None:
    """Set what BLAS libraries read when they are loaded; call it before numpy is imported."""
    for name in ONE_BLAS_THREAD:
        os.environ[name] = "1"


@cache
def use_one_blas_thread() -> None:
    """Limit the libraries that are already loaded, for programs that imported numpy first."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")


class Interrupted(BaseException):
    """Work was left before it was done. Not an Exception: nothing is wrong with the work."""


def faults() -> tuple[type[BaseException], ...]:
    """Return what the code of an optimizer or a problem may raise, and is then its fault.

    Nobody types Ctrl+C at a thread of its own; in the first thread it is the user's wish to end.
    """
    typed = threading.current_thread() is threading.main_thread()
    own = (Exception, SystemExit, GeneratorExit)
    return own if typed else (*own, KeyboardInterrupt)


_watch = threading.local()


@contextmanager
def leaving_when(wanted: Callable[[], bool]) -> Iterator[None]:
    """Leave what is done inside, in this thread, when something is wanted; then go on after it.

    What is left half done must be done again: an iteration that was left never happened.
    """
    before = getattr(_watch, "wanted", None)
    _watch.wanted = wanted
    try:
        yield
    except Interrupted:
        pass
    finally:
        _watch.wanted = before


def go_on() -> None:
    """Go on, unless something else is wanted of this thread; called every few milliseconds.

    Raises
    ------
    Interrupted
    """
    wanted = getattr(_watch, "wanted", None)
    if wanted is not None and wanted():
        raise Interrupted
