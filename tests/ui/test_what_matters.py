"""Forms show what has a meaning, in words that people read."""

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from optiviz.datasets import Dataset
from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import fields
from optiviz.functions import Function
from optiviz.schedules import Schedule
from optiviz.ui.forms import KindForm, OptionalControl, ParametersForm, about
from optiviz.ui.forms.words import typeset

FAMILIES = (Optimizer, Dataset, Function, Schedule)
KINDS = [cls for family in FAMILIES for cls in registry.kinds(family.family).values()]


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: f"{cls.family}-{cls.kind}")
def test_conditions_name_a_setting_and_values_that_it_has(cls: Any) -> None:
    """Else a setting could never be seen."""
    known = {field.name: field for field in fields(cls)}
    for field in known.values():
        if field.param.when is not None:
            other, values = field.param.when
            assert set(values) <= set(known[other].options or (True, False))


@pytest.mark.parametrize(
    ("kind", "settings", "hidden"),
    [
        ("hill_climbing", {}, {"subset_probability"}),
        ("hill_climbing", {"mutate": "subset"}, set()),
        ("simulated_annealing", {}, {"subset_probability", "formula"}),
        (
            "simulated_annealing",
            {"schedule": "formula", "mutate": "subset"},
            {"initial_temperature", "rate"},
        ),
        ("genetic_algorithm", {}, {"selection_pressure", "blend_beyond"}),
        (
            "genetic_algorithm",
            {"selection": "rank", "crossover": "blend", "mutation": "uniform"},
            {"tournament_size", "mutation_size"},
        ),
        ("particle_swarm", {"damping": "constriction"}, {"inertia"}),
    ],
)
def test_settings_without_a_meaning_are_not_shown(
    kind: str, settings: dict[str, Any], hidden: set[str], qtbot: QtBot
) -> None:
    form = ParametersForm(registry.kinds(Optimizer.family)[kind])
    qtbot.addWidget(form)
    form.set_value(settings)
    assert {name for name in form.names() if form.row(name).isHidden()} == hidden


def test_what_is_left_out_says_what_happens_instead(qtbot: QtBot) -> None:
    form = ParametersForm(registry.kinds(Optimizer.family)["adam"])
    qtbot.addWidget(form)
    control = form.control("batch_size")
    assert isinstance(control, OptionalControl)
    assert control.shown() == "all rows"
    control.set_value(20)
    assert control.shown() == ""


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (
            "x <- x - learning_rate * m / (sqrt(v) + epsilon)",
            "x ← x − learning rate · m / (√(v) + epsilon)",
        ),
        ("exp(-(x - pi)^2) and (H + I)^-1", "exp(−(x − π)²) and (H + I)⁻¹"),
        ("(1 - beta_1) * mean, after `patience` steps", "(1 − β₁) · mean, after patience steps"),
        ("one-fifth rule, L-BFGS, self-adapting", "one-fifth rule, L-BFGS, self-adapting"),
    ],
)
def test_formulas_are_printed_as_people_write_them(text: str, printed: str) -> None:
    assert typeset(text) == printed


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: f"{cls.family}-{cls.kind}")
def test_nothing_in_a_list_reads_like_a_program(cls: Any) -> None:
    line = about(cls)
    assert line
    assert not [sign for sign in ("<-", " * ", "`", "sqrt", "^2") if sign in line]


@pytest.mark.parametrize("family", [Optimizer, Dataset, Function], ids=lambda f: f.family)
def test_groups_of_a_family_are_in_an_order_of_their_own(family: Any, qtbot: QtBot) -> None:
    """A new group that nobody put in its place comes last, by chance of its name."""
    form = KindForm(family)
    qtbot.addWidget(form)
    groups = {cls.group for cls in registry.kinds(family.family).values()}
    assert groups - {"Tests"} <= set(family.groups)


@pytest.mark.parametrize("first", ["adam", "simulated_annealing", "conjugate_gradient"])
def test_settings_that_are_only_called_alike_are_not_taken_over(first: str, qtbot: QtBot) -> None:
    """A schedule of a learning rate is none of a temperature."""
    form = KindForm(Optimizer)
    qtbot.addWidget(form)
    for kind in form.kinds:
        form.set_value({"kind": first})
        form.combo.setCurrentIndex(form.combo.findData(kind))
        assert form.kind == kind
        Optimizer.from_dict(form.value())  # else there were mistakes that nobody made
