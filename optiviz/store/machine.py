"""What the last bits of a result depend on: versions of software, BLAS kernel, processor.

Two machines of one fingerprint give the same bits; of two, they may part ways in the last ones.
"""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version())]
    for package in ("optiviz", "numpy", "scikit-learn"):
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:  # such as optiviz from a checkout
            module = __import__("optiviz") if package == "optiviz" else None
            found.append((package, getattr(module, "__version__", "not installed")))
    return tuple(found)


def versions() -> dict[str, str]:
    """Return the versions of what a result depends on, by package."""
    return dict(_versions())


@cache
def _fingerprint() -> tuple[tuple[str, str], ...]:
    config: dict[str, Any] = np.show_config(mode="dicts")  # type: ignore[assignment]
    simd = config.get("SIMD Extensions", {})
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return (
        ("system", platform.system()),
        ("machine", platform.machine()),
        ("numpy", np.__version__),
        ("blas", _loaded_blas() or f"{blas.get('name', '?')} {blas.get('version', '?')}"),
        ("cpu_features", " ".join([*simd.get("baseline", []), *simd.get("found", [])])),
    )


def _loaded_blas() -> str:
    """Name the BLAS that is loaded, and the kernel that it chose for this processor."""
    from threadpoolctl import threadpool_info

    keys = ("internal_api", "version", "architecture")
    found = [
        " ".join(str(library.get(key) or "?") for key in keys)
        for library in threadpool_info()
        if library.get("user_api") == "blas" and "numpy" in str(library.get("filepath"))
    ]
    return found[0] if found else ""


def fingerprint() -> dict[str, str]:
    """Return system, machine, numpy, BLAS and the processor features that numpy found."""
    return dict(_fingerprint())
