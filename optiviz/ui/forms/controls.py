"""Controls for words, choices and flags; `control_for` picks the one that suits a declared field.

Each holds plain data and never refuses what is typed: what is wrong is said beside it.
"""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from optiviz.engine.parameters import Field, Mistake, Param
from optiviz.ui.forms.choice import Choice
from optiviz.ui.forms.control import Control
from optiviz.ui.forms.numbers import LogControl, NumberControl, NumbersControl
from optiviz.ui.plain import Label

_LONG_WORDS = 18  # characters of a choice that has no room beside a label


class FlagControl(Control):
    """Yes or no."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = dict(param.choices or {})
        self.box = QCheckBox(words.get("true", ""), self)
        self._holds(self.box, focus=self.box)
        self.box.clicked.connect(self._on_clicked)

    def value(self) -> Any:
        """Return whether it is ticked."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Tick it or not."""
        self.box.setChecked(value is True)

    def _on_clicked(self) -> None:
        self.changed.emit()
        self.committed.emit()


class ChoiceControl(Control):
    """One of the values of a ``Literal``."""

    def __init__(
        self, words: Mapping[str, str], parent: QWidget | None = None, combo: Choice | None = None
    ) -> None:
        super().__init__(parent)
        self.combo = combo or Choice(self)
        for value, text in words.items():
            self.combo.addItem(text, value)
        self._tip = ""
        self.wide = any(len(text) > _LONG_WORDS for text in words.values())
        self._holds(self.combo, focus=self.combo)
        self.combo.currentIndexChanged.connect(self._on_chosen)

    def offer(self, words: Mapping[str, str]) -> None:
        """Offer other values, in place of those before; what is chosen stays chosen."""
        value = self.combo.value() if self.combo.count() else None
        blocked = self.combo.blockSignals(True)
        self.combo.clear()
        for offered, text in words.items():
            self.combo.addItem(text, offered)
        self.combo.blockSignals(blocked)
        if value is not None:
            self.set_value(value)

    def value(self) -> Any:
        """Return the value of the chosen words."""
        return self.combo.value()

    def set_value(self, value: Any) -> None:
        """Choose a value; one that isn't known is added, so that nothing is lost."""
        if not self.combo.set_value(str(value)):
            blocked = self.combo.blockSignals(True)
            self.combo.addItem(str(value), str(value))
            self.combo.blockSignals(blocked)
            self.combo.set_value(str(value))
        self._say_whole()

    def name(self, label: str, tip: str) -> None:
        """Tell what it is for."""
        super().name(label, tip)
        self._tip = tip
        self._say_whole()

    def _on_chosen(self) -> None:
        self._say_whole()
        self.changed.emit()
        self.committed.emit()

    def _say_whole(self) -> None:
        text = self.combo.currentText()
        self.combo.setToolTip("\n".join(part for part in (text, self._tip) if part))


class TextControl(Control):
    """A text, with suggestions where the field has some."""

    wide = True

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._combo: Choice | None = None
        if param.choices:
            self._combo = Choice(self)
            self._combo.setEditable(True)
            self._combo.setInsertPolicy(Choice.InsertPolicy.NoInsert)
            self._combo.setCompleter(None)  # type: ignore[arg-type]
            for value, text in param.choices.items():
                self._combo.addItem(text, value)
            self._combo.activated.connect(self._on_suggestion)
            self.edit = self._combo.lineEdit() or QLineEdit(self)
            self._holds(self._combo, focus=self._combo)
        else:
            self.edit = QLineEdit(self)
            self._holds(self.edit, focus=self.edit)
        self._last = ""
        self.edit.textEdited.connect(self.changed)
        self.edit.editingFinished.connect(self._on_finished)

    def value(self) -> Any:
        """Return the text."""
        return self.edit.text()

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self._last = "" if value is None else str(value)
        if self._combo is not None:
            self._combo.setCurrentIndex(self._combo.findData(self._last))
        self.edit.setText(self._last)
        self.edit.setCursorPosition(0)

    def _on_suggestion(self) -> None:
        assert self._combo is not None
        self.set_value(self._combo.currentData())
        self.changed.emit()
        self.committed.emit()

    def _on_finished(self) -> None:
        if self.edit.text() != self._last:
            self._last = self.edit.text()
            self.committed.emit()


class OptionalControl(Control):
    """A check box before another control: without a tick, the setting is left out."""

    def __init__(self, inner: Control, unset: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inner = inner
        self.box = QCheckBox(self)
        self._kept: Any = None
        self._unset = Label(unset, self)
        self._unset.setEnabled(False)
        inner.setParent(self)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        outer.addWidget(self.box, 0, Qt.AlignmentFlag.AlignVCenter)
        either = QVBoxLayout()
        either.addWidget(inner)
        either.addWidget(self._unset)
        outer.addLayout(either, 1)
        self.wide = inner.wide
        self.setFocusProxy(self.box)
        self.box.clicked.connect(self._on_clicked)
        inner.changed.connect(self.changed)
        inner.committed.connect(self.committed)
        self._show_either()

    def value(self) -> Any:
        """Return None without a tick, else the inner value."""
        return self.inner.value() if self.box.isChecked() else None

    def set_value(self, value: Any) -> None:
        """Show a value, or that there is none."""
        self.box.setChecked(value is not None)
        if value is not None:
            self.inner.set_value(value)
            self._kept = value
        self._show_either()

    def shown(self) -> str:
        """Return the words that stand there without a tick, or nothing."""
        return "" if self.box.isChecked() else self._unset.text()

    def suggest(self, value: Any) -> None:
        """Take the value that a tick fills in, as long as none was set."""
        if self._kept is None and not self.box.isChecked():
            self.inner.set_value(value)

    def name(self, label: str, tip: str) -> None:
        """Tell what the tick and the value are for."""
        self.inner.name(label, tip)
        self.box.setAccessibleName(f"Set {label}")
        self.box.setAccessibleDescription(tip)
        for widget in (self, self.box, self._unset):
            widget.setToolTip(tip)

    def set_mistakes(self, mistakes: list[Mistake]) -> list[Mistake]:
        """Pass mistakes on to the inner control."""
        return self.inner.set_mistakes(mistakes)

    def _on_clicked(self) -> None:
        self._show_either()
        if self.box.isChecked():
            self._kept = self.inner.value()
            (self.inner.focusProxy() or self.inner).setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()
        self.committed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the type."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._show_either()

    def _show_either(self) -> None:
        self._unset.setFixedHeight(self.inner.sizeHint().height())  # so that nothing jumps
        self.inner.setVisible(self.box.isChecked())
        self._unset.setVisible(not self.box.isChecked())


def control_for(field: Field, parent: QWidget | None = None) -> Control | None:
    """Return a control for a field of plain type, or None if it needs a form of its own."""
    made: Control | None = None
    if field.options:
        words = {v: (field.param.choices or {}).get(v, v) for v in field.options}
        made = ChoiceControl(words, parent)
    elif field.type is bool:
        made = FlagControl(field.param, parent)
    elif field.type in (int, float) and field.param.live and field.param.scale == "log":
        middle = field.default if field.default else 1.0
        made = LogControl(field.param, field.type is int, middle, parent)
    elif field.type in (int, float):
        step = 1.0 if is_seed(field) else None
        made = NumberControl(field.param, field.type is int, step, parent)
    elif field.type is str:
        made = TextControl(field.param, parent)
    elif field.item in (int, float):
        made = NumbersControl(field.item is int, parent)
    if made is None or not field.optional:
        return made
    return OptionalControl(made, field.param.unset or "not set", parent)


def is_seed(field: Field) -> bool:
    """Whether a field is the seed of random numbers."""
    return field.type is int and (field.name == "random_state" or field.name.endswith("seed"))
