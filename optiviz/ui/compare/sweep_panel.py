"""Sweep: one or two settings of one configuration, and the values that they take."""

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.studies.plan import Configuration
from optiviz.studies.settings import Setting, value_at
from optiviz.studies.sweep import Range
from optiviz.studies.sweep import Values as SweptValues
from optiviz.ui.compare.plan import Sweep
from optiviz.ui.compare.settings import Picking, Values
from optiviz.ui.compare.sweepable import DEPTH, depths, sweepable
from optiviz.ui.forms import ChoiceControl, MistakeNote, Note, Panel, ParametersForm, Row

_MOST = 2


class SweepPanel(Panel):
    """Which configuration is varied, in what, and how the values are combined."""

    title = "Sweep"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._configurations: tuple[Configuration, ...] = ()
        self.base = ChoiceControl({}, self)
        self.base.wide = True
        self._row = Row("Of", self.base, "The configuration whose settings are varied.")
        self.axes = [_Axis(i, self) for i in range(_MOST)]
        self.picking = ParametersForm(Picking, self)
        self._other = MistakeNote(self)
        self.about = Note(parent=self)
        for widget in (self._row, *self.axes, self.picking, self._other, self.about):
            self.column.addWidget(widget)
        self.base.changed.connect(self._on_base)
        for axis in self.axes:
            axis.changed.connect(self.changed)
        self.picking.changed.connect(self.changed)

    def show_configurations(self, configurations: tuple[Configuration, ...]) -> None:
        """Offer these to be varied."""
        before = self._spec()
        self._configurations = configurations
        self.base.offer({str(i): c.name for i, c in enumerate(configurations)})
        if self._spec() != before:
            self._offer_settings()

    def sweep(self) -> Sweep:
        """Return what is set.

        Raises
        ------
        SpecError
            With paths that begin with "sweep".
        """
        mistakes: list[Mistake] = []
        over: list[tuple[str, SweptValues]] = []
        for axis in self.axes:
            try:
                over += axis.swept()
            except SpecError as error:
                mistakes += [Mistake(f"sweep.{axis.number}.{m.path}", m.message)
                             for m in error.mistakes]  # fmt: skip
        try:
            picking = Picking.from_dict(self.picking.value())
        except SpecError as error:
            mistakes += [Mistake(f"sweep.picking.{m.path}", m.message) for m in error.mistakes]
        if len({path for path, _ in over}) < len(over):
            mistakes.append(Mistake("sweep.1.", "is varied already: choose another setting"))
        if not over and not mistakes:
            mistakes.append(Mistake("sweep.0.", "choose a setting to vary"))
        if mistakes:
            raise SpecError(mistakes)
        return Sweep(self._place, tuple(over), picking)

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at the values or the setting that it is about."""
        rest = list(mistakes)
        for axis in self.axes:
            heads = (f"{axis.number}.", f"{axis.path}.", axis.path)
            mine = [m for m in rest if axis.path and m.path.startswith(heads)]
            mine += [m for m in rest if m not in mine and m.path.startswith(heads[0])]
            rest = [m for m in rest if m not in mine]
            axis.set_mistakes([Mistake(m.path.removeprefix(heads[0]), m.message) for m in mine])
        picking = [m for m in rest if m.path.startswith("picking.") or m.path == "random"]
        self.picking.set_mistakes(
            [Mistake(m.path.removeprefix("picking.").replace("random", "cells"), m.message)
             for m in picking]
        )  # fmt: skip
        rest = [m for m in rest if m not in picking]
        self._other.say(" ".join(str(m) for m in rest[:2]))

    def summary(self) -> str:
        """Return what is varied."""
        return " × ".join(axis.label for axis in self.axes if axis.path)

    def note(self) -> str:
        """Return nothing: the open card says it all."""
        return ""

    @property
    def _place(self) -> int:
        return int(self.base.value()) if self.base.combo.count() else 0

    def _spec(self) -> RunSpec | None:
        place = self._place
        here = place < len(self._configurations)
        return self._configurations[place].spec if here else None

    def _on_base(self) -> None:
        self._offer_settings()
        self.changed.emit()
        self.committed.emit()

    def _offer_settings(self) -> None:
        spec = self._spec()
        if spec is not None:
            offered = sweepable(spec)
            for axis in self.axes:
                axis.offer(spec, offered)


class _Axis(QWidget):
    """One setting and its values."""

    changed = Signal()
    committed = Signal()

    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.number = number
        self._spec: RunSpec | None = None
        self._settings: dict[str, Setting] = {}
        self.choice = ChoiceControl({}, self)
        self.choice.wide = True
        label = "Vary" if number == 0 else "And"
        self._row = Row(label, self.choice, "A setting that takes several values.")
        self.choice.name("Setting" if number == 0 else "Second setting", "What is varied.")
        self.form = ParametersForm(Values, self)
        self._words = QWidget(self)
        self._boxes: dict[str, QCheckBox] = {}
        self._ticks = QVBoxLayout(self._words)
        self._ticks.setContentsMargins(0, 0, 0, 0)
        self._mistake = MistakeNote(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self._row, self.form, self._words, self._mistake):
            column.addWidget(widget)
        self.choice.changed.connect(self._on_setting)
        self.form.changed.connect(self.changed)
        self.form.committed.connect(self.committed)
        self._show_values()

    @property
    def path(self) -> str:
        """The path of the setting, or an empty text for none."""
        return str(self.choice.value()) if self.choice.combo.count() else ""

    @property
    def label(self) -> str:
        """What people call it."""
        return self._settings[self.path].label if self.path in self._settings else ""

    def offer(self, spec: RunSpec, settings: list[Setting]) -> None:
        """Offer the settings of a run."""
        before = self.path
        self._spec = spec
        self._settings = {each.path: each for each in settings}
        words = {each.path: f"{each.label[:1].upper()}{each.label[1:]}" for each in settings}
        if self.number:
            words = {"": "Nothing else", **words}
        blocked = self.choice.blockSignals(True)
        self.choice.combo.clear()
        self.choice.offer(words)
        self.choice.set_value(before if before in words else next(iter(words), ""))
        self.choice.blockSignals(blocked)
        if self.path != before:
            self._suggest()
        self._show_values()

    def swept(self) -> list[tuple[str, SweptValues]]:
        """Return the path and the values, or nothing where nothing is varied.

        Raises
        ------
        SpecError
        """
        if not self.path:
            return []
        if self._boxes:
            chosen = [value for value, box in self._boxes.items() if box.isChecked()]
            if not chosen:
                raise SpecError([Mistake("", "tick at least one value")])
            field = self._settings[self.path].field
            flag = field is not None and field.type is bool
            return [(self.path, [value == "yes" for value in chosen] if flag else chosen)]
        values = Values.from_dict(self.form.value())
        if self.path == DEPTH:
            assert self._spec is not None
            return [("problem.network.layers", depths(self._spec, values))]
        if values.how == "list":
            if not values.values:
                raise SpecError([Mistake("values", "name at least one, such as 0.01, 0.1, 1")])
            return [(self.path, [_whole(v) for v in values.values] if self._is_whole() else
                     list(values.values))]  # fmt: skip
        return [(self.path, Range(values.low, values.high, values.steps, values.scale))]

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show what is wrong at its field, or below."""
        names = self.form.names() if not self._boxes else ()
        self.form.set_mistakes([m for m in mistakes if m.path in names])
        rest = [m for m in mistakes if m.path not in names]
        self._mistake.say(rest[0].message if rest else "")

    def _is_whole(self) -> bool:
        field = self._settings[self.path].field
        return field is not None and field.type is int

    def _on_setting(self) -> None:
        self._suggest()
        self._show_values()
        self.changed.emit()
        self.committed.emit()

    def _suggest(self) -> None:
        """Fill in values about the one that is set now."""
        each = self._settings.get(self.path)
        if each is None or self._spec is None:
            return
        if each.path == DEPTH:
            self.form.set_value({"low": 0, "high": 3, "steps": 4, "scale": "linear"})
            return
        now = value_at(self._spec, each.path)
        field = each.field
        if field is None or not isinstance(now, int | float) or isinstance(now, bool):
            return
        self.form.set_value(_about(now, field.param.gt, field.param.ge, field.param.lt,
                                   field.param.le, field.type is int))  # fmt: skip

    def _show_values(self) -> None:
        """Show boxes for words, a form for numbers, and nothing where nothing is varied."""
        each = self._settings.get(self.path)
        field = each.field if each is not None else None
        words: dict[str, str] = {}
        if field is not None and field.options:
            words = {v: (field.param.choices or {}).get(v, v) for v in field.options}
        elif field is not None and field.type is bool:
            words = {"no": "No", "yes": "Yes"}
        if list(words) != list(self._boxes):
            while (item := self._ticks.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.deleteLater()
            self._boxes = {}
            for value, text in words.items():
                box = QCheckBox(text, self._words)
                box.setChecked(True)
                box.toggled.connect(partial(self._ticked))
                self._boxes[value] = box
                self._ticks.addWidget(box)
        self._words.setVisible(bool(words))
        self.form.setVisible(bool(self.path) and not words)

    def _ticked(self, _: bool = False) -> None:
        self.changed.emit()
        self.committed.emit()


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


def _about(
    now: float, gt: float | None, ge: float | None, lt: float | None, le: float | None, whole: bool
) -> dict[str, Any]:
    """Return a range about a value, inside its limits."""
    least = gt if gt is not None else ge
    most = lt if lt is not None else le
    low, high = (now / 10, now * 10) if now > 0 else (0.0, 1.0)
    if whole:
        low, high = max(1.0, round(now / 4)), max(2.0, round(now * 4))
    if least is not None:
        low = max(low, least)
    if most is not None:
        high = min(high, most)
    if gt is not None and low <= gt:
        low = now / 10
    if lt is not None and high >= lt:
        high = (now + lt) / 2
    if low > 0:
        return {"low": low, "high": high, "steps": 5, "scale": "log"}
    return {"low": low, "high": high, "steps": 5, "scale": "linear"}
