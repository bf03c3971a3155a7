"""Choosing one of many kinds: found by typing, by keys and by mouse, and forms that stay quick."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from optiviz.engine import registry
from optiviz.engine.parameters import Kind, Mistake, Param, SpecError
from optiviz.ui.forms import KindForm, ParametersForm
from optiviz.ui.forms.choice import Choice
from optiviz.ui.forms.search import SearchList
from optiviz.ui.theme import current_theme

# The offscreen platform says of every window what it can't do.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton


class Plan(Kind):
    """A family to nest."""

    family: ClassVar[str] = "test_plans"


class Flat(Plan):
    """The same at every iteration."""

    kind, label = "flat", "Flat"


class Falling(Plan):
    """Less and less."""

    kind, label = "falling", "Falling"

    every: Annotated[int, Param("Iterations between two steps.", ge=1, le=1000)] = 10
    factor: Annotated[float, Param("What a step multiplies by.", gt=0, le=1)] = 0.5


class Method(Kind):
    """A family of many kinds."""

    family: ClassVar[str] = "test_methods"
    groups: ClassVar[tuple[str, ...]] = ("Searches", "Gradients")


def _named(name: str, label: str, under: str) -> type[Method]:
    body = {"kind": name, "label": label, "group": under, "__doc__": f"What {label} does.\n\nMore."}
    return type(label.replace(" ", ""), (Method,), body)


LABELS = {
    "Gradients": ("AdaDelta", "AdaGrad", "Adam", "AdamW", "Momentum", "NAdam", "RMSProp"),
    "Searches": ("Hill climbing", "Random search", "Simulated annealing"),
    "Attic": ("Guessing",),
}
for _group, _labels in LABELS.items():
    for _label in _labels:
        _named(_label.lower().replace(" ", "_"), _label, _group)


class Crossing(Method):
    """Has settings that matter only with some choice, and a plan in it."""

    kind, label, group = "crossing", "Crossing", "Searches"

    cross: Annotated[Literal["uniform", "blend"], Param("How two become one.")] = "uniform"
    alpha: Annotated[float, Param("How far outside.", ge=0, le=9, when=("cross", ("blend",)))] = 0.5
    beta: Annotated[float, Param("And how wide.", ge=0, le=9, when=("alpha", (0.5,)))] = 0.1
    plan: Annotated[Plan, Param("How the rate changes.", label="Schedule")] = Flat()
    late: Annotated[
        int, Param("From when.", ge=0, le=9, advanced=True, when=("plan", ("falling",)))
    ] = 3


@pytest.fixture(autouse=True)
def families(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the registry take the families of this file for rooms that it has looked into."""
    monkeypatch.setattr(registry, "_loaded", registry._loaded | {"test_plans", "test_methods"})


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[KindForm]:
    current_theme().scale = 1.0
    current_theme().apply()
    made = KindForm(Method, "Method")
    qtbot.addWidget(made)
    made.resize(270, 500)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.combo.setFocus()
    yield made
    current_theme().scale = 1.0


def opened(form: KindForm, text: str = "") -> SearchList:
    form.combo.showPopup()
    found = form.combo.open_list()
    QTest.keyClicks(found.edit, text)
    return found


def entries(found: SearchList) -> list[str]:
    headings = {"Searches", "Gradients", "Attic"}
    return [text for text in found.shown() if text not in headings]


def test_the_groups_are_in_the_order_of_their_family(form: KindForm) -> None:
    """A list is read from what is simple to what is not; the alphabet knows nothing of that."""
    found = opened(form)
    assert [text for text in found.shown() if text in LABELS] == ["Searches", "Gradients", "Attic"]
    assert entries(found)[:2] == ["Crossing", "Hill climbing"]
    assert form.kind == "crossing"


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("ada", ["AdaDelta", "AdaGrad", "Adam", "AdamW", "NAdam"]),
        ("ADAM", ["Adam", "AdamW", "NAdam"]),
        ("hill_c", ["Hill climbing"]),
        ("climbing hill", ["Hill climbing"]),
        ("searches", ["Crossing", "Hill climbing", "Random search", "Simulated annealing"]),
        ("xyz", []),
    ],
)
def test_typing_finds_by_name_kind_and_group(form: KindForm, typed: str, names: list[str]) -> None:
    """Among thirty algorithms nobody should have to look for a name that they know."""
    found = opened(form, typed)
    assert entries(found) == names
    if names:
        marked = found.view.currentIndex().data()
        assert marked == next((n for n in names if n.lower().startswith(typed.lower())), names[0])
        assert found.about.text().startswith(("What ", "Has settings"))
    else:
        assert "“xyz”" in found.about.text()
        QTest.keyClick(found.edit, Qt.Key.Key_Return)
        assert found.isVisible()


def test_a_letter_on_the_closed_combo_begins_a_search_and_enter_chooses(form: KindForm) -> None:
    """The whole way by keyboard: Tab to it, type, Enter."""
    chosen = QSignalSpy(form.changed)
    QTest.keyClick(form.combo, Qt.Key.Key_A)
    found = form.combo.open_list()
    assert found.isVisible()
    assert found.edit.text() == "a"
    QTest.keyClicks(found.edit, "da")
    QTest.keyClick(found.edit, Qt.Key.Key_Down)
    QTest.keyClick(found.edit, Qt.Key.Key_Return)
    assert not found.isVisible()
    assert (form.kind, chosen.count()) == ("adagrad", 1)
    assert form.combo.hasFocus()
    assert form.value() == {"kind": "adagrad"}


def test_keys_pass_over_headings_and_stop_at_the_ends(form: KindForm) -> None:
    found = opened(form)
    seen = []
    for _ in range(15):
        seen.append(found.view.currentIndex().data())
        QTest.keyClick(found.edit, Qt.Key.Key_Down)
    assert [*dict.fromkeys(seen)] == entries(found)
    QTest.keyClick(found.edit, Qt.Key.Key_PageUp)
    QTest.keyClick(found.edit, Qt.Key.Key_PageUp)
    assert found.view.currentIndex().data() == "Crossing"
    QTest.keyClick(found.edit, Qt.Key.Key_Escape)
    assert not found.isVisible()
    assert form.kind == "crossing"


def test_a_click_chooses_and_one_on_a_heading_does_not(form: KindForm) -> None:
    found = opened(form)
    for text, kind in (("Gradients", "crossing"), ("Adam", "adam")):
        index = found.view.model().index(found.shown().index(text), 0)
        found.view.scrollTo(index)
        QTest.mouseClick(found.view.viewport(), LEFT, pos=found.view.visualRect(index).center())
        assert form.kind == kind
        assert found.isVisible() == (kind == "crossing")


def test_why_an_entry_cannot_be_used_is_beside_it_and_below_the_list(form: KindForm) -> None:
    """It can be chosen all the same: the sentence says what would mend it."""
    form.combo.set_note("adam", "needs a slope", "Train on log loss.")
    form.combo.set_note("adagrad", "")
    found = opened(form, "adam")
    assert found.about.text() == "Train on log loss.\nWhat Adam does."
    assert not found.grab().isNull()
    QTest.keyClick(found.edit, Qt.Key.Key_Return)
    assert form.kind == "adam"


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_the_list_stays_on_the_screen_at_any_size_of_type(form: KindForm, scale: float) -> None:
    current_theme().scale = scale
    screen = form.screen().availableGeometry()
    for at in (QPoint(0, 0), QPoint(screen.right() - 80, screen.bottom() - 60)):
        form.move(at)
        found = opened(form)
        assert screen.contains(found.geometry())
        assert found.view.viewport().height() > 3 * found.view.sizeHintForRow(1)
        found.hide()


def test_everything_in_the_list_can_be_read_out(form: KindForm) -> None:
    found = opened(form)
    assert found.edit.accessibleName() == "Search: Method"
    assert found.view.accessibleName() == "Method"
    assert form.combo.accessibleName() == "Method"


def test_few_entries_need_no_search(qtbot: QtBot) -> None:
    """A field to search two entries would only be in the way; keys work all the same."""
    form = KindForm(Plan, "Schedule")
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.combo.setFocus()
    QTest.keyClick(form.combo, Qt.Key.Key_Return)
    found = form.combo.open_list()
    assert not found.edit.isVisible()
    QTest.keyClick(found, Qt.Key.Key_Down)
    QTest.keyClick(found, Qt.Key.Key_Return)
    assert form.kind == "flat"


# Nested kinds, and fields that matter only with others


def crossing(qtbot: QtBot) -> ParametersForm:
    form = ParametersForm(Crossing)
    qtbot.addWidget(form)
    form.resize(270, 500)
    form.show()
    return form


def choose(form: Any, name: str, value: str) -> None:
    combo = form.control(name).combo
    combo.setCurrentIndex(combo.findData(value))


def test_settings_are_there_where_they_matter(qtbot: QtBot) -> None:
    """A field that does nothing invites people to turn it and wonder."""
    form = crossing(qtbot)
    assert not form.row("alpha").isVisible()
    assert not form.row("beta").isVisible()
    choose(form, "cross", "blend")
    assert form.row("alpha").isVisible()
    assert form.row("beta").isVisible()
    form.set_value(Crossing(cross="blend", alpha=2.0))
    assert not form.row("beta").isVisible()
    assert Crossing.from_dict(form.value()) == Crossing(cross="blend", alpha=2.0)
    form.set_value(Crossing())
    assert not form.row("alpha").isVisible()


def test_a_mistake_in_a_setting_that_does_not_matter_is_shown(qtbot: QtBot) -> None:
    """It is checked all the same, and can't be mended unseen."""
    form = crossing(qtbot)
    form.set_value({"alpha": -1.0})
    with pytest.raises(SpecError) as found:
        Crossing.from_dict(form.value())
    form.set_mistakes(list(found.value.mistakes))
    assert form.row("alpha").isVisible()
    form.set_mistakes([])
    form.set_value({})
    assert not form.row("alpha").isVisible()


def test_a_kind_inside_a_form_has_its_own_combo_and_indented_settings(qtbot: QtBot) -> None:
    form = crossing(qtbot)
    plan = form.control("plan")
    assert isinstance(plan, KindForm)
    assert plan.row.label.text() == "Schedule"
    assert plan.combo.accessibleName() == "Schedule"
    alone = form.sizeHint().height()
    changed = QSignalSpy(form.changed)
    choose(form, "plan", "falling")
    assert changed.count() == 1
    assert form.value()["plan"] == {"kind": "falling", "every": 10, "factor": 0.5}
    assert form.sizeHint().height() > alone
    inner = plan.form.row("every")
    assert inner.mapTo(form, QPoint(0, 0)).x() > plan.row.mapTo(form, QPoint(0, 0)).x()
    # The combo stands in line with the controls of the rows around it.
    lefts = {c.mapTo(form, QPoint(0, 0)).x() for c in (form.control("cross"), plan.row.control)}
    assert len(lefts) == 1
    form.set_mistakes([Mistake("plan.every", "must be at least 1, is 0")])
    assert "at least 1" in plan.form.mistake_at("every")


def test_what_hangs_on_a_kind_inside_is_behind_more_only_then(qtbot: QtBot) -> None:
    form = crossing(qtbot)
    assert not form._more.isVisible()
    choose(form, "plan", "falling")
    assert form._more.isVisible()
    form._more.click()
    assert form.row("late").isVisible()
    choose(form, "plan", "flat")
    assert not form.row("late").isVisible()


def test_a_form_is_made_when_its_kind_is_first_chosen(qtbot: QtBot) -> None:
    """Else the panel would be seconds late at the start: each takes about 50 ms."""
    from optiviz.engine.optimizer import Optimizer

    form = KindForm(Optimizer, "Method")
    qtbot.addWidget(form)
    form.resize(270, 900)
    form.show()
    QApplication.processEvents()
    chosen = [form.kind]
    for kind in form.kinds:
        form.combo.setCurrentIndex(form.combo.findData(kind))
        QApplication.processEvents()
        chosen.append(kind)
        assert form._forms.keys() == set(chosen)
    made = list(form._forms.values())
    form.combo.setCurrentIndex(form.combo.findData(chosen[0]))
    assert list(form._forms.values()) == made, "and kept"


def test_home_goes_to_the_first_entry_although_a_heading_stands_above_it(qtbot: QtBot) -> None:
    choice = Choice()
    qtbot.addWidget(choice)
    for heading, entries in (("Reports", "ab"), ("Data", "cd")):
        choice.add_heading(heading)
        for entry in entries:
            choice.addItem(entry, entry)
    choice.set_value("d")
    choice.show()
    choice.showPopup()
    QTest.keyClick(choice.view(), Qt.Key.Key_Home)
    QTest.keyClick(choice.view(), Qt.Key.Key_Return)
    assert choice.value() == "a"
