"""What every test gets: examples that are the same each time, a home of its own, the command."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

# Property-based tests try the same examples each time: none is red by chance.
settings.register_profile("same", derandomize=True, deadline=None, print_blob=False)
settings.load_profile("same")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return folders that are not there yet.

    Not numbered by pytest, which reads the names of all earlier ones for each.
    """
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(i) for i in count())


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the history and the settings of a test in a folder of its own."""
    home = next(homes)
    home.mkdir(mode=0o700)
    monkeypatch.setenv("OPTIVIZ_HOME", str(home))
    return home


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[object, str, list[str]]]:
    """Run a command in this process; return its status, its output and its lines on stderr."""
    from optiviz import cli

    def command(*arguments: object) -> tuple[object, str, list[str]]:
        with pytest.raises(SystemExit) as caught:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return caught.value.code, out, err.splitlines()

    return command
