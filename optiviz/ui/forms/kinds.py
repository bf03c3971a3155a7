"""Forms inside forms: settings that are a set of parameters, or one kind of a family."""

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from optiviz.engine import registry
from optiviz.engine.parameters import Field, Kind, Mistake, Parameters, fields
from optiviz.ui.forms.control import Control
from optiviz.ui.forms.controls import ChoiceControl
from optiviz.ui.forms.form import ParametersForm
from optiviz.ui.forms.rows import Row
from optiviz.ui.forms.search import SearchChoice
from optiviz.ui.forms.words import below, typeset
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE, current_theme


class KindForm(Control):
    """A combo of the kinds of a family, and the form of the one that is chosen.

    What was set is taken over by settings of the same name when another kind is chosen, where it
    is inside their limits; each kind's own are remembered.

    Parameters
    ----------
    family : type of Kind
        The family's base class, such as `Optimizer`.
    label : str
        What the combo chooses, for people who have it read to them.
    exclude : collection of str
        Fields that are set elsewhere; "kind.field" is one of a single kind.
    last : collection of str
        Fields that come after the others.
    only : collection of str, optional
        The kinds to offer; all of them if left out.
    nested : bool
        It is one field of a form: the combo stands beside its label, the settings are indented.
    """

    wide = True

    def __init__(
        self,
        family: type[Kind],
        label: str = "Kind",
        parent: QWidget | None = None,
        *,
        exclude: Collection[str] = (),
        last: Collection[str] = (),
        only: Collection[str] | None = None,
        nested: bool = False,
    ) -> None:
        super().__init__(parent)
        known: dict[str, type[Kind]] = registry.kinds(family.family)
        self.kinds = {k: cls for k, cls in known.items() if only is None or k in only}
        self._exclude, self._last = exclude, last
        self._forms: dict[str, ParametersForm] = {}
        self.family = family
        self.combo = SearchChoice(self)
        self.combo.name_entries(label)
        self._choice = ChoiceControl({}, self, self.combo)
        self._fill()
        self.labels_itself = nested
        self._choice.wide = not nested
        self.row = Row(label if nested else "", self._choice, "")
        self._choice.name(label, "")
        column = self._whole = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.row)
        self._place = _Indented(self) if nested else QWidget(self)
        self._column = QVBoxLayout(self._place)
        self._column.setContentsMargins(SPACE[2] if nested else 0, 0, 0, 0)
        column.addWidget(self._place)
        self.setFocusProxy(self.combo)
        self._choice.changed.connect(self._on_kind)
        self._shown = self._show(self._choice.value())

    @property
    def kind(self) -> str:
        """The chosen kind."""
        return str(self._choice.value())

    @property
    def form(self) -> ParametersForm:
        """The form of the chosen kind."""
        return self._shown

    def value(self) -> dict[str, Any]:
        """Return plain data for ``from_dict``, the kind first."""
        return self._shown.value()

    def set_value(self, value: Any) -> None:
        """Show a kind and its settings, without a signal."""
        if isinstance(value, Kind):
            shown = {f.name: getattr(value, f.name) for f in fields(type(value))}
            value = {"kind": value.kind, **shown}
        data = dict(value) if isinstance(value, Mapping) else {}
        kind = data.pop("kind", None) or self.kind
        if kind in self.kinds:
            self._choice.set_value(kind)
            self._shown = self._show(kind)
            self._shown.set_value(data)

    def set_mistakes(self, mistakes: list[Mistake]) -> list[Mistake]:
        """Show each mistake at its field; those of the kind below the combo."""
        of_kind, rest = below(mistakes, "kind")
        self.row.set_mistakes(of_kind)
        own = [m for m in rest if m.path]
        self._shown.set_mistakes(own)
        return [m for m in rest if not m.path]

    def name(self, label: str, tip: str) -> None:
        """Tell what it is for."""
        self.combo.name_entries(label)
        self._choice.name(label, tip)
        if self.labels_itself:
            self.row.label.setToolTip(tip)

    def rows_within(self) -> list[Row]:
        """Return its row, which lines up with those around it."""
        return [self.row] if self.labels_itself else []

    def put_below_choice(self, *widgets: QWidget) -> None:
        """Put widgets between the combo and the settings."""
        for i, widget in enumerate(widgets):
            self._whole.insertWidget(1 + i, widget)

    def label_at(self, path: str) -> str:
        """Return the words on screen for a setting."""
        name = path.partition(".")[0].partition("[")[0]
        return self._shown.row(name).text if name in self._shown.names() else ""

    def _fill(self) -> None:
        groups = registry.in_groups(self.kinds.values())
        blocked = self.combo.blockSignals(True)
        for group, classes in groups.items():
            if group:
                self.combo.add_heading(group)
            for cls in classes:
                self.combo.add_entry(_label(cls), cls.kind, group, about(cls))
        if self.kinds:
            self.combo.set_value(next(iter(groups.values()))[0].kind)
        self.combo.blockSignals(blocked)

    def _show(self, kind: str) -> ParametersForm:
        """Show the form of a kind, made when it is first wanted."""
        if kind not in self._forms:
            cls = self.kinds[kind]
            exclude = {name.removeprefix(f"{kind}.") for name in self._exclude}
            form = ParametersForm(cls, self._place, exclude=exclude, last=self._last)
            form.changed.connect(self.changed)
            form.committed.connect(self.committed)
            self._forms[kind] = form
            self._column.addWidget(form)
        if not self.labels_itself:
            self._forms[kind].line_up_with([self.row])
        for name, form in self._forms.items():
            form.setVisible(name == kind and bool(form.names()))
        self._place.setVisible(bool(self._forms[kind].names()))
        return self._forms[kind]

    def _on_kind(self) -> None:
        before = self._shown
        self._shown = self._show(self.kind)
        self._shown.set_value({**self._shown.value(), **_taken_over(before, self._shown)})
        self.changed.emit()
        self.committed.emit()


class _Indented(QWidget):
    """Settings that belong to the one above them: a line runs down at their left."""

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(SPACE[0], 0, 1, self.height(), current_theme().colour("edge"))


class NestedForm(Control):
    """The form of a set of parameters inside another one."""

    wide = True

    def __init__(self, cls: type[Parameters], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = ParametersForm(cls, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 0, 0)
        column.addWidget(self.form)
        self.form.changed.connect(self.changed)
        self.form.committed.connect(self.committed)

    def value(self) -> dict[str, Any]:
        """Return plain data for ``from_dict``."""
        return self.form.value()

    def set_value(self, value: Any) -> None:
        """Show settings, without a signal."""
        self.form.set_value(value if isinstance(value, Mapping | Parameters) else {})

    def name(self, label: str, tip: str) -> None:
        """Tell what it is for."""
        self.setAccessibleName(label)
        self.setAccessibleDescription(tip)

    def set_mistakes(self, mistakes: list[Mistake]) -> list[Mistake]:
        """Show each mistake at its field."""
        self.form.set_mistakes([m for m in mistakes if m.path])
        return [m for m in mistakes if not m.path]


def nested_control(field: Field, parent: QWidget | None = None) -> Control | None:
    """Return a control for a field that is a set of parameters, or None if it is something else."""
    if not (isinstance(field.type, type) and issubclass(field.type, Parameters)):
        return None
    if issubclass(field.type, Kind):
        return KindForm(field.type, field.label, parent, nested=True)
    return NestedForm(field.type, parent)


def _taken_over(before: ParametersForm, after: ParametersForm) -> dict[str, Any]:
    """Return what differs from the usual in one form and is possible in the other."""
    here = {field.name: field for field in fields(before.cls)}
    there = {field.name: field for field in fields(after.cls)}
    return {
        name: value
        for name, value in before.value().items()
        if name in here and name in there
        if value != _plain(here[name].default) and _fits(value, here[name], there[name])
    }


def _plain(value: Any) -> Any:
    return value.to_dict() if isinstance(value, Parameters) else value


def _fits(value: Any, here: Field, there: Field) -> bool:
    """Whether a value of one field is possible in another, which may only be called alike."""
    if here.type != there.type or (value is None and not there.optional):
        return False
    return not isinstance(value, int | float) or there.param.limit_mistake(value) is None


def about(cls: type[Kind]) -> str:
    """Return what a kind is, in one line: the first of its docstring, typeset."""
    line = (cls.__doc__ or "").partition("\n")[0]
    # Without a docstring, dataclasses write their signature.
    return "" if line.startswith(f"{cls.__name__}(") else typeset(line)


def _label(cls: type[Kind]) -> str:
    return cls.label or cls.kind.replace("_", " ").capitalize()
