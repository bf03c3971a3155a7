"""Rows of forms: a label, a control, and below them what is wrong; lined up with each other."""

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from optiviz.engine.parameters import Mistake
from optiviz.ui.forms.control import Control
from optiviz.ui.forms.labels import MistakeNote, Note
from optiviz.ui.guard import guarded
from optiviz.ui.plain import Label
from optiviz.ui.theme import current_theme

_LABEL_DIGITS = 16  # the widest label column, in digits; longer labels wrap
_LABEL_SHARE = 0.47  # of the form's width, at most


class Row(QWidget):
    """One setting: its label, its control, and below them what is wrong with it, or to know."""

    def __init__(self, label: str, control: Control, hint: str, live: bool = False) -> None:
        super().__init__()
        self.text = label
        self.control = control
        self.label = Label(label.replace("&", "&&"), self)
        self.label.setWordWrap(True)
        self.label.setToolTip(hint)
        self.label.setBuddy(control.focusProxy() or control)
        control.name(label, hint)
        self.mistake = MistakeNote(self)
        # Else a narrow column would count the lines of wrapped texts at a width it hasn't got.
        self.setMinimumWidth(1)
        self.head = QWidget(self)
        head = QHBoxLayout(self.head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        head.addWidget(self.label)
        if live:
            head.addWidget(_Dot(self.head), 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch()
        self._extra = _Dot.SIZE + 4 if live else 0
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        self.head.setVisible(bool(label) and not control.labels_itself)
        if control.wide:
            grid.addWidget(self.head, 0, 0, 1, 2)
            grid.addWidget(control, 1, 0, 1, 2)
            grid.addWidget(self.mistake, 2, 0, 1, 2)
        else:
            top = Qt.AlignmentFlag.AlignTop if control.first_line() else Qt.AlignmentFlag(0)
            grid.addWidget(self.head, 0, 0, top)
            grid.addWidget(control, 0, 1)
            grid.addWidget(self.mistake, 1, 0, 1, 2)
        self._grid = grid
        self._remark: Note | None = None

    def set_label(self, label: str) -> None:
        """Name the setting otherwise."""
        self.text = label
        self.label.setText(label.replace("&", "&&"))
        self.control.name(label, self.label.toolTip())

    def label_width(self) -> int:
        """Return the width of its label on one line, or 0 if it stands above the control."""
        metrics = self.label.fontMetrics()
        return 0 if self.control.wide else metrics.horizontalAdvance(self.text) + 4 + self._extra

    def longest_word(self) -> int:
        """Return the width that its label needs at least."""
        metrics = self.label.fontMetrics()
        widest = max(metrics.horizontalAdvance(word) for word in self.text.split() or [""])
        return 0 if self.control.wide else widest + 4 + self._extra

    def set_label_width(self, width: int) -> None:
        """Line its control up with the others."""
        if not self.control.wide:
            self.head.setFixedWidth(width)
            self.head.setMinimumHeight(self.control.first_line())
            self.label.setFixedWidth(min(width, self.label_width()) - self._extra)

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show what is wrong with the setting, or clear it."""
        beside = self.control.set_mistakes(mistakes)
        self.mistake.say(beside[0].message if beside else "")
        self._describe()

    def remark(self) -> str:
        """Return the sentence on what it is set to, or an empty text."""
        return "" if self._remark is None else self._remark.text()

    def set_remark(self, sentence: str) -> None:
        """Say quietly what comes of what it is set to, or nothing."""
        if sentence == self.remark():
            return
        if self._remark is None:
            self._remark = Note(parent=self)
            self._grid.addWidget(self._remark, self._grid.rowCount(), 0, 1, 2)
        self._remark.say(sentence)
        self._remark.setVisible(bool(sentence))
        self._describe()

    def _describe(self) -> None:
        """Say to those who can't see it what stands below."""
        target = self.control.focusProxy() or self.control
        told = (self.mistake.text(), self.remark(), self.label.toolTip())
        target.setAccessibleDescription(" ".join(filter(None, told)))


class _Dot(QWidget):
    """A dot in the accent's colour: the setting acts on a run that is going on."""

    SIZE = 6

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(self.SIZE, self.SIZE)
        self.setToolTip("It can be changed while a run goes on.")

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().colour("accent"))
        painter.drawEllipse(self.rect())


class RowBox(QWidget):
    """Rows under each other, with their controls lined up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)

    def add_row(self, row: Row) -> None:
        """Add a row at the end."""
        self.rows.append(row)
        self._box.addWidget(row)


class LinedUp:
    """Lines up the controls of rows, and keeps them so when the width or the type changes.

    Parameters
    ----------
    owner : QWidget
        What the rows are in; it calls `follow` for its events.
    """

    def __init__(self, owner: QWidget) -> None:
        self._owner = owner
        self._rows: list[Row] = []

    def set_rows(self, rows: list[Row]) -> None:
        """Take the rows, and line them up."""
        self._rows = rows
        self.line_up()

    def line_up(self) -> None:
        """Give all labels the same width: what they need, but not too much of the whole."""
        limit = self._owner.fontMetrics().horizontalAdvance("0") * _LABEL_DIGITS
        limit = min(limit, round(self._owner.width() * _LABEL_SHARE))
        wanted = max((row.label_width() for row in self._rows), default=0)
        words = max((row.longest_word() for row in self._rows), default=0)
        for row in self._rows:
            row.set_label_width(max(min(wanted, limit), words))

    def follow(self, event: QEvent) -> None:
        """Line up again where an event of the owner asks for it."""
        if event.type() == QEvent.Type.Resize:
            self.line_up()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.line_up()
            # Labels get the new type after the form.
            QTimer.singleShot(0, self._owner, self.line_up)
