"""A form made of a class of parameters: its fields are declared once, and this follows."""

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from optiviz.engine.parameters import Field, Kind, Mistake, Parameters, fields
from optiviz.ui.forms.buttons import IconButton
from optiviz.ui.forms.control import Control
from optiviz.ui.forms.controls import ChoiceControl, control_for
from optiviz.ui.forms.labels import MistakeNote
from optiviz.ui.forms.rows import LinedUp, Row, RowBox
from optiviz.ui.forms.words import below, tip
from optiviz.ui.icons import set_icon


class ParametersForm(QWidget):
    """A form of the settings of a class of parameters.

    Signals
    -------
    changed()
        At every change by the user, also while typing.
    committed()
        When a change is complete: Enter, leaving a field, a step, a choice.

    Parameters
    ----------
    cls : type of Parameters
        Its fields become the rows; for a `Kind`, the plain data name the kind too.
    parent : QWidget, optional
    exclude : collection of str
        Fields that are set elsewhere; what `set_value` gives for them is kept in `value`.
    last : collection of str
        Fields that come after the others.
    offered : collection of str
        Text fields that are chosen from what `offer` is given.
    beside : bool
        All labels stand beside their controls, however long what they hold is.
    """

    changed = Signal()
    committed = Signal()

    def __init__(
        self,
        cls: type[Parameters],
        parent: QWidget | None = None,
        *,
        exclude: Collection[str] = (),
        last: Collection[str] = (),
        offered: Collection[str] = (),
        beside: bool = False,
    ) -> None:
        super().__init__(parent)
        self.lined_up = LinedUp(self)
        self.cls = cls
        self._rows: dict[str, Row] = {}
        self._carried: dict[str, Any] = {}
        self._left_out: frozenset[str] = frozenset()
        self._offered = frozenset(offered)
        self._beside = beside
        own = sorted(fields(cls), key=lambda field: field.name in last)
        self._fields = {f.name: f for f in own if f.name not in exclude}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._plain, self._advanced = RowBox(self), RowBox(self)
        self._more = IconButton("chevron-right", "More settings", self)
        self._more.setCheckable(True)
        self._more.toggled.connect(self._on_more)
        self._other = MistakeNote(self)
        for field in self._fields.values():
            self._add_row(field)
        self._fields = {name: f for name, f in self._fields.items() if name in self._rows}
        for widget in (self._plain, self._more, self._advanced, self._other):
            column.addWidget(widget, 0)
        self._advanced.hide()
        self.line_up_with([])
        self.set_value({})

    @property
    def live(self) -> tuple[str, ...]:
        """The fields that may be changed while a run goes on."""
        return tuple(f.name for f in fields(self.cls) if f.param.live)

    def names(self) -> tuple[str, ...]:
        """Return the fields that have a row, in order."""
        return tuple(self._rows)

    def rows(self) -> list[Row]:
        """Return all rows, those behind "More settings" too."""
        return list(self._rows.values())

    def row(self, name: str) -> Row:
        """Return the row of a field."""
        return self._rows[name]

    def control(self, name: str) -> Control:
        """Return the control of a field."""
        return self._rows[name].control

    def set_label(self, name: str, label: str) -> None:
        """Name a field otherwise."""
        if self._rows[name].text != label:
            self._rows[name].set_label(label)
            self.lined_up.line_up()

    def value(self) -> dict[str, Any]:
        """Return plain data for ``from_dict``; what can't be understood stands as it was typed."""
        data = dict(self._carried)
        for name, field in self._fields.items():
            value = self._rows[name].control.value()
            if value is not None or field.default is not None:
                data[name] = value
        if issubclass(self.cls, Kind):
            data = {"kind": self.cls.kind, **data}
        return data

    def set_value(self, data: Mapping[str, Any] | Parameters) -> None:
        """Show settings, without a signal; those that aren't given get their defaults."""
        if isinstance(data, Parameters):
            data = {f.name: getattr(data, f.name) for f in fields(type(data))}
        known = {field.name for field in fields(self.cls)}
        self._carried = {
            name: value.to_dict() if isinstance(value, Parameters) else value
            for name, value in data.items()
            if name in known and name not in self._rows
        }
        for name, field in self._fields.items():
            value = data.get(name, field.default)
            self._rows[name].control.set_value(value)
        self._show_what_matters()

    def line_up_with(self, rows: list[Row]) -> None:
        """Line its controls up with those of rows above it."""
        within = [row for outer in self._rows.values() for row in outer.control.rows_within()]
        self.lined_up.set_rows([*rows, *self.rows(), *within])

    def matters(self, name: str) -> bool:
        """Return whether a field has a meaning with what the others are now."""
        if name in self._left_out:
            return False
        when = self._fields[name].param.when
        if when is None or when[0] not in self._fields:
            return True
        value = self._rows[when[0]].control.value()
        kind = value.get("kind") if isinstance(value, Mapping) else value
        return kind in when[1] and self.matters(when[0])

    def offer(self, name: str, words: Mapping[str, str]) -> None:
        """Offer values, each with its words, for a field that is chosen from such."""
        control = self._rows[name].control
        assert isinstance(control, ChoiceControl)
        control.offer(words)

    def leave_out(self, names: Collection[str]) -> bool:
        """Hide fields that have no meaning now; return whether any is left."""
        self._left_out = frozenset(names)
        self._show_what_matters()
        return any(map(self.matters, self._rows))

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at the field that its path names, and clear all others."""
        rest = list(mistakes)
        for name, row in self._rows.items():
            mine, rest = below(rest, name)
            row.set_mistakes(mine)
            if mine:
                row.show()  # what doesn't matter is checked too
            if mine and row.parent() is self._advanced:
                self._more.setVisible(True)
                self._more.setChecked(True)
        self._other.say(" ".join(str(mistake) for mistake in rest[:1]))

    def remark_at(self, name: str) -> str:
        """Return the sentence on what a field is set to, or an empty text."""
        return self._rows[name].remark()

    def mistake_at(self, name: str) -> str:
        """Return the sentence that is shown at a field, or an empty text."""
        return self._rows[name].mistake.text()

    def event(self, event: QEvent) -> bool:
        """Follow the width and the size of the type."""
        done = super().event(event)
        self.lined_up.follow(event)
        return done

    def _add_row(self, field: Field) -> None:
        from optiviz.ui.forms.kinds import nested_control  # it makes forms in its turn

        control: Control | None
        if field.name in self._offered:
            control = ChoiceControl({}, self)
        else:
            control = control_for(field, self) or nested_control(field, self)
        if control is None:
            return
        if self._beside:
            control.wide = False
        row = Row(field.label, control, tip(field), field.param.live)
        (self._advanced if field.param.advanced else self._plain).add_row(row)
        self._rows[field.name] = row
        control.changed.connect(self._on_changed)
        control.committed.connect(self.committed)

    def _on_changed(self) -> None:
        self._show_what_matters()
        self.changed.emit()

    def _show_what_matters(self) -> None:
        """Leave out the rows of fields that have no meaning now."""
        shown = {name: self.matters(name) for name in self._rows}
        for name, row in self._rows.items():
            row.setVisible(shown[name] or bool(row.mistake.text()))
            if self._fields[name].param.zero:
                row.set_remark(self._fields[name].param.zero if row.control.value() == 0 else "")
        advanced = [shown[f.name] for f in self._fields.values() if f.param.advanced]
        self._plain.setVisible(len(advanced) < len(shown))
        self._more.setVisible(any(advanced))
        self._advanced.setVisible(any(advanced) and self._more.isChecked())

    def _on_more(self, shown: bool) -> None:
        set_icon(self._more, "chevron-down" if shown else "chevron-right")
        self._show_what_matters()
