"""The pytest plugin of the run without Qt: proves that Qt was out of reach."""

import sys
from typing import Any

import pytest
from sitecustomize import ABSENT


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept the options of pytest-qt, which is not there to do so."""
    for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore", "qt_default_raising"):
        parser.addini(name, "pytest-qt's, without effect here")


def pytest_configure() -> None:
    """End the run where Qt can be imported after all."""
    for name in sorted(ABSENT):
        try:
            __import__(name)
        except ModuleNotFoundError:
            continue
        pytest.exit(f"{name} can be imported, so this run would prove nothing", returncode=4)


def pytest_report_header() -> str:
    """Say in the log what the run goes without."""
    return "not importable: " + ", ".join(sorted(ABSENT))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where a module of Qt was loaded in another way."""
    loaded = sorted(ABSENT & set(sys.modules))
    told = getattr(session.config, "workeroutput", None)
    if told is not None:  # one of several processes: the first one says it
        told["loaded"] = loaded
    else:
        _fail(session, loaded + _elsewhere)


_elsewhere: list[str] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take note of what one of several processes had loaded."""
    _elsewhere.extend(getattr(node, "workeroutput", {}).get("loaded", []))


def _fail(session: pytest.Session, loaded: list[str]) -> None:
    if loaded:
        session.exitstatus = 1
        print(f"\nloaded all the same: {', '.join(sorted(set(loaded)))}")
