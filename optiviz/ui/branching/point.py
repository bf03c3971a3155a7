"""A point to edit: few coordinates each in a field, many by their number, or all of them pasted."""

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array
from optiviz.engine.wording import rounded
from optiviz.ui.forms import IconButton, Note, number_text, numbers
from optiviz.ui.forms.number import NumberEdit
from optiviz.ui.plain import Label, tip

__all__ = ["PointEditor"]

_FEW = 16  # coordinates that have a field each
_SHOWN = 6  # edits that are listed
_DIGITS = 6  # of a value that is shown in a field
_MOST = 1e300


class PointEditor(QWidget):
    """The coordinates of a point, to look at and to change.

    Signals
    -------
    changed()
        At every change by the user.

    Parameters
    ----------
    x : ndarray, shape (dim,)
    noun : str
        What one coordinate is: "weight" of a network, or "x" of a function.
    """

    changed = Signal()

    def __init__(self, x: Array, noun: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x, self._noun = x, noun
        self._edits: dict[int, float] = {}
        self._fields: list[NumberEdit] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        if len(x) <= _FEW:
            column.addLayout(self._few())
        else:
            column.addLayout(self._many())
            self._list = Note(parent=self)
            self._list.hide()
            column.addWidget(self._list)
            self._paste = QLineEdit(self)
            self._paste.setPlaceholderText(f"or all {len(x):,} numbers, pasted")
            self._paste.setAccessibleName(f"All {len(x):,} {noun}s")
            self._paste.setMaxLength(10_000_000)
            self._paste.textChanged.connect(self.changed)
            column.addWidget(self._paste)

    def _name(self, i: int) -> str:
        return f"{self._noun}{i + 1}" if len(self._noun) == 1 else f"{self._noun} {i + 1:,}"

    def _few(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        for i, value in enumerate(self._x.tolist()):
            field = self._field(self._name(i), value)
            label = Label(self._name(i), self)
            label.setBuddy(field)
            grid.addWidget(label, i // 2, 2 * (i % 2))
            grid.addWidget(field, i // 2, 2 * (i % 2) + 1)
            self._fields.append(field)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        return grid

    def _field(self, name: str, value: float) -> NumberEdit:
        field = NumberEdit(Param("", ge=-_MOST, le=_MOST), whole=False, parent=self)
        field.set_value(_rounded(value))
        field.setAccessibleName(name)
        field.setToolTip(tip(f"{name} is {number_text(value)}"))
        field.changed.connect(self.changed)
        return field

    def _many(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        n = len(self._x)
        self._number = NumberEdit(Param("", ge=1, le=n), whole=True, parent=self)
        self._number.set_value(1)
        self._number.setAccessibleName(f"Which {self._noun}, 1 to {n:,}")
        self._number.setToolTip(f"1 to {n:,}")
        self._value = self._field(f"Value of the {self._noun}", float(self._x[0]))
        self._number.changed.connect(self._show_numbered)
        add = IconButton("plus", "", self)
        add.explain("Set it, and edit another one")
        add.clicked.connect(self._add)
        label = Label(f"{self._noun.capitalize()}", self)
        label.setBuddy(self._number)
        row.addWidget(label)
        row.addWidget(self._number, 2)
        row.addWidget(Label("=", self))
        row.addWidget(self._value, 3)
        row.addWidget(add)
        return row

    def _show_numbered(self) -> None:
        i = self._numbered()
        if i is not None:
            value = self._edits.get(i, float(self._x[i]))
            self._value.set_value(_rounded(value))
            self._value.setToolTip(tip(f"{self._name(i)} is {number_text(value)}"))
        self.changed.emit()

    def _numbered(self) -> int | None:
        number = self._number.value()
        return number - 1 if isinstance(number, int) and 1 <= number <= len(self._x) else None

    def _add(self) -> None:
        try:
            self._edits = self._edited()
        except ValueError:
            self.changed.emit()  # whoever shows mistakes says it
            return
        listed = [f"{self._name(i)} = {rounded(v)}" for i, v in list(self._edits.items())[-_SHOWN:]]
        more = len(self._edits) - len(listed)
        self._list.say(", ".join([*listed, *([f"and {more:,} more"] if more > 0 else [])]))
        self._list.setVisible(bool(listed))
        i = self._numbered()
        if i is not None and i + 1 < len(self._x):
            self._number.set_value(i + 2)
            self._show_numbered()
        self._number.setFocus()
        self.changed.emit()

    def value(self) -> Array | None:
        """Return the point as it was edited, or None if it wasn't.

        Raises
        ------
        ValueError
            With a sentence, where something else than a number stands.
        """
        pasted = self._pasted()
        edits = self._edited()
        if pasted is None and not edits:
            return None
        x = self._x.copy() if pasted is None else pasted
        for i, value in edits.items():
            x[i] = value
        return None if np.array_equal(x, self._x) else x

    def count(self) -> int:
        """Return how many coordinates are others now; 0 where there is a mistake."""
        try:
            x = self.value()
        except ValueError:
            return 0
        return 0 if x is None else int((x != self._x).sum())

    def _edited(self) -> dict[int, float]:
        if self._fields:
            fields = list(enumerate(self._fields))
            known: dict[int, float] = {}
        else:
            i = self._numbered()
            if i is None:
                raise ValueError(f"which {self._noun}: a whole number from 1 to {len(self._x):,}")
            fields, known = [(i, self._value)], dict(self._edits)
        for i, field in fields:
            value = field.value()
            name = self._name(i)
            if isinstance(value, str) or not math.isfinite(value):
                said = value if isinstance(value, str) else number_text(value)
                raise ValueError(f"{name} must be a finite number, not {said.strip() or 'empty'}")
            # What wasn't touched has all its digits.
            before = known.get(i, float(self._x[i]))
            if value != _rounded(before):
                known[i] = float(value)
        return known

    def _pasted(self) -> Array | None:
        text = "" if self._fields else self._paste.text()
        if not text.strip():
            return None
        found, n = numbers(text), len(self._x)
        wrong = next((v for v in found if isinstance(v, str) or not math.isfinite(v)), None)
        if wrong is not None:
            raise ValueError(f"{str(wrong)[:30]} among the pasted numbers is not a finite number")
        if len(found) != n:
            raise ValueError(
                f"paste {n:,} numbers, one for each {self._noun}; these are {len(found):,}"
            )
        return np.array(found, dtype=np.float64)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
