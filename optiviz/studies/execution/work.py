"""What a process does for a study: plain data of runs in, records out."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Sequence
from typing import Any

from optiviz.datasets import Data, Dataset, remember
from optiviz.engine import plugins, threads
from optiviz.engine.spec import RunSpec
from optiviz.studies.records import Loaded, Record, recorded, without_run
from optiviz.tables import contents

_LOOK = 0.5  # seconds between two looks whether the parent is still there
_here = threading.local()  # in a cluster, several threads of one process may work


def begin(
    parent: int,
    modules: Sequence[str],
    polite: bool,
    loaded: Iterable[tuple[Dataset, Data]] = (),
    tables: Iterable[bytes] = (),
) -> None:
    """Make a new process ready.

    Parameters
    ----------
    parent : int
        The process that started it: if that is gone, however it ended, so is this one.
    modules : sequence of str
        That define kinds which are neither ours nor an installed plug-in's.
    polite : bool
        Leave the processor to whatever else wants it.
    loaded : iterable of (Dataset, Data)
        What needn't be made here.
    tables : iterable of bytes
        People's own tables that runs are about.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ended by the process that started it
    threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    if polite:
        give_way()
    threads.use_one_blas_thread()
    remember(loaded)
    for content in tables:
        contents.put(content)
    _import(modules)


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, which otherwise nobody would notice."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.WaitForSingleObject(kernel.OpenProcess(0x0010_0000, False, parent), -1)
    else:
        while os.getppid() == parent:
            time.sleep(_LOOK)
    os._exit(1)


def give_way() -> None:
    """Let other processes go first."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), 0x4000)  # below normal
    else:
        os.nice(10)


def do(
    specs: Sequence[dict[str, Any]], modules: Sequence[str] = (), *tables: bytes
) -> list[Record]:
    """Do runs, and return their records. None raises.

    Parameters
    ----------
    specs : sequence of dict
    modules : sequence of str
        See `begin`.
    *tables : bytes
        People's own tables that the specs name.
    """
    for content in tables:
        contents.put(content)
    _import(modules)
    return [_one(spec) for spec in specs]


def _one(data: dict[str, Any]) -> Record:
    try:
        return recorded(RunSpec.from_dict(data), loaded())
    except Exception as error:
        return without_run(traceback.format_exception_only(error)[-1].strip())


def loaded() -> Loaded:
    """Return the data that this thread has loaded."""
    if not hasattr(_here, "loaded"):
        _here.loaded = Loaded()
    found: Loaded = _here.loaded
    return found


def _import(modules: Sequence[str]) -> None:
    for module in modules:
        plugins.bring(module)
