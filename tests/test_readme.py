"""What the README shows works as it stands there: strangers paste it."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

from optiviz import testing
from optiviz.cli import listing
from optiviz.engine import registry
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.studies.plan import Study

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_optimizer_of_your_own_passes_the_suite(monkeypatch, tmp_path):
    (source,) = (block for block in blocks("python") if "class " in block)
    monkeypatch.setitem(registry._known, "optimizers", dict(registry.kinds("optimizers")))
    (tmp_path / "sign_descent.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    made = importlib.import_module("sign_descent")
    monkeypatch.delitem(sys.modules, "sign_descent")
    method = made.SignDescent()
    assert registry.kinds("optimizers")["sign_descent"] is made.SignDescent
    problems = [p for p in testing.problems_with_slope() if p.kind == "function_1d"]
    testing.check_optimizer(method, problems)


def test_the_spec_is_the_classic_network():
    source, _ = blocks("toml")
    spec = RunSpec.from_dict(tomllib.loads(source))
    classic = RunSpec.load("classic-mlp")
    assert Run(spec).finish().digest == Run(classic).finish().digest


def test_the_study_can_be_done(tmp_path):
    _, source = blocks("toml")
    path = tmp_path / "steps.toml"
    path.write_text(source, encoding="utf-8")
    study = Study.load(path)
    assert study.size == 60
    small, large = (configuration.spec for configuration in study.configurations)
    assert (small.optimizer.step_size, large.optimizer.step_size) == (0.1, 1.0)
    assert small.stopping.gradient_weight == 2.0


@pytest.mark.parametrize("family", ["optimizers", "schedules"])
def test_every_kind_is_named(family):
    assert [kind for kind in registry.kinds(family) if f"`{kind}`" not in TEXT] == []


def test_the_families_that_can_be_listed_are_named():
    assert "|".join(listing.FAMILIES) in TEXT


def test_links_and_pictures_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) > 5
    if not (README.parent / "packaging" / "samples").exists():  # in a source distribution
        links = [link for link in links if not link.startswith("packaging/samples/")]
    assert [link for link in links if not (README.parent / link).exists()] == []
