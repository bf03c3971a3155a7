"""A file of the user's is run only after asking, and only as it was agreed to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import optiviz
from optiviz.cli.plugins import take
from optiviz.engine import plugins as engine_plugins
from optiviz.engine import registry
from optiviz.engine.run import Run
from optiviz.store import consent, run_file

SOURCE = '''
from pathlib import Path

from optiviz.optimizers.hill_climbing import HillClimbing

Path(__file__).with_suffix(".was_run").touch()


class Mine(HillClimbing):
    """A climb of the user's own."""

    kind = "{kind}"
    label = "Mine {kind}"
'''


@pytest.fixture
def plugin(tmp_path, request):
    kind = f"mine_{abs(hash(request.node.name)) % 10**9}"
    path = tmp_path / "mine.py"
    path.write_text(SOURCE.format(kind=kind))
    yield path, kind
    registry._known["optimizers"].pop(kind, None)


def was_run(path):
    return path.with_suffix(".was_run").exists()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def at_terminal(monkeypatch, answer):
    said = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", said)
    return said


def test_without_a_terminal_nobody_agrees(plugin, monkeypatch):
    path, _ = plugin
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(optiviz.SpecError, match="nobody agreed to run it; --trust"):
        take(["--plugin", str(path), "list", "optimizers"])
    assert not was_run(path)


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "what?\n"])
def test_who_does_not_agree_has_nothing_run(plugin, monkeypatch, answer):
    path, _ = plugin
    said = at_terminal(monkeypatch, answer)
    with pytest.raises(optiviz.SpecError):
        take(["--plugin", str(path)])
    assert str(path) in said.getvalue()
    assert not was_run(path)


def test_who_agrees_is_asked_once_for_the_same_content(plugin, monkeypatch):
    path, kind = plugin
    said = at_terminal(monkeypatch, "yes\n")
    assert take([f"--plugin={path}", "run", "x"]) == ["run", "x"]
    assert str(path) in said.getvalue()
    assert hashlib.sha256(path.read_bytes()).hexdigest() in said.getvalue()
    assert kind in registry.known("optimizers")
    said = at_terminal(monkeypatch, "")
    assert take(["--plugin", str(path)]) == []
    assert said.getvalue() == ""
    path.write_text(path.read_text() + "\n# another day\n")
    with pytest.raises(optiviz.SpecError):
        take(["--plugin", str(path)])


def test_another_place_of_the_same_content_is_asked_for(plugin, monkeypatch, tmp_path):
    path, _ = plugin
    take(["--trust", "--plugin", str(path)])
    (tmp_path / "other").mkdir()
    copy = tmp_path / "other" / "mine.py"
    copy.write_bytes(path.read_bytes())
    with pytest.raises(optiviz.SpecError):
        take(["--plugin", str(copy)])


def test_what_is_run_is_what_was_agreed_to(plugin):
    """And not what is there a moment later."""
    path, _ = plugin
    _, sha = engine_plugins.read(path)
    path.write_text(path.read_text() + "\nraise SystemExit\n")
    with pytest.raises(engine_plugins.PluginError, match="has changed since"):
        engine_plugins.load(path, sha)
    assert not was_run(path)


def test_a_damaged_list_of_consents_is_none(plugin):
    path, _ = plugin
    home = Path(os.environ["OPTIVIZ_HOME"])
    for text in ("", "[]", "{", "[" * 100_000, '{"a": 1}', "\udcff"):
        (home / "plugins.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        assert not consent.is_given(path, "0" * 64)
    consent.give(path, "0" * 64)
    assert consent.is_given(path, "0" * 64)
    assert not consent.is_given(path, "1" * 64)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--plugin"], "name a file of Python"),
        (["--trust", "list"], "stands beside --plugin"),
        (["--plugin", "gone.py"], "there is no such file"),
        (["--plugin", "a.txt"], "ends in .py"),
        (["--plugin", "nul\0l.py"], "no such file|can't be read"),
    ],
)
def test_what_is_wrong_is_a_sentence(arguments, sentence):
    with pytest.raises(optiviz.SpecError, match=sentence):
        take(arguments)


def test_a_plugin_that_fails_is_a_sentence(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("1 / 0")
    with pytest.raises(optiviz.SpecError, match=r"bad\.py: fails: ZeroDivisionError"):
        take(["--trust", "--plugin", str(path)])


def test_from_the_shell_and_in_the_processes_of_a_study(plugin, tmp_path):
    path, kind = plugin

    def optiviz_(*arguments):
        command = [sys.executable, "-m", "optiviz", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
        )

    refused = optiviz_("--plugin", path, "list", "optimizers", "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nobody agreed" in refused.stderr
    assert "Traceback" not in refused.stderr
    listed = optiviz_("--plugin", path, "--trust", "list", "optimizers", "--json")
    assert listed.returncode == 0, listed.stderr
    assert kind in listed.stdout
    done = optiviz_(
        *("--plugin", path, "repeat", "classic-mlp", "--set", f"optimizer.kind={kind}"),
        *("--set", "stopping.max_iterations=5", "--seeds", 2, "--jobs", 2, "--json"),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_a_run_of_a_plugin_that_is_missing_runs_nothing_of_it(plugin, tmp_path):
    """It opens to be looked at; only the command line that names the plug-in runs its code."""
    path, kind = plugin
    take(["--trust", "--plugin", str(path)])
    spec = optiviz.RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 20)
    run = Run(spec.with_value("optimizer.kind", kind), "mine").finish()
    run_file.save(tmp_path / "a.optiviz", [run])
    assert run_file.load(tmp_path / "a.optiviz")[0].spec.optimizer.kind == kind
    registry._known["optimizers"].pop(kind)
    path.with_suffix(".was_run").unlink()
    (opened,) = run_file.load(tmp_path / "a.optiviz")
    assert kind in opened.spec.optimizer.read_only
    assert not was_run(path)
