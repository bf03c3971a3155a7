"""What is known of the runs that are chosen, beside the list: picture, facts, tags, notes."""

from collections.abc import Sequence
from math import isnan
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from optiviz.engine.wording import capitalised, counted, measured, one_line
from optiviz.store.history.words import reason_words, warning_words
from optiviz.store.wording import size_words, whole_time
from optiviz.studies.listing.columns import duration
from optiviz.ui.canvas.warning import WarningLine
from optiviz.ui.forms.labels import Note
from optiviz.ui.guard import guarded
from optiviz.ui.library.rows import Row
from optiviz.ui.library.sparkline import draw_course
from optiviz.ui.library.tags import TagsEditor, tags_of
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["Detail"]

_REST: Final = 700  # milliseconds after the last letter until notes are kept
_NOTES: Final = 100_000  # characters
_NAME: Final = 160  # characters of a name
_FACTS: Final = ("Status", "Best", "Accuracy", "Iterations", "Time", "Begun", "Size")


class _Picture(QWidget):
    """A course, large, with the values at its ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row: Row | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_row(self, row: Row | None) -> None:
        """Draw another course."""
        if row is not self.row:
            self.row = row
            said = "" if row is None else f"The best value of {row.name} on its way"
            self.setAccessibleName(said)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, round(6.5 * current_theme().em))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("ground"))
        painter.drawRoundedRect(box, 6, 6)
        if self.row is not None:
            inside = box.adjusted(SPACE[1], SPACE[2], -SPACE[2], -SPACE[1])
            course = self.row.item.course
            draw_course(painter, inside, course, theme.colour("text"), 1.4 * theme.scale)
            if not len(course):
                painter.setPen(theme.colour("muted"))
                painter.setFont(theme.font())
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "No values yet")
        painter.end()


class _Notes(QPlainTextEdit):
    """Asks for its least height, and takes what is left: a column scrolls sooner than it clips."""

    def sizeHint(self) -> QSize:
        return QSize(0, self.minimumHeight())


class Detail(QWidget):
    """What is known of the runs that are chosen.

    Signals
    -------
    tag_added, tag_removed : (str,)
        For all of them.
    notes_written : (key, text)
    """

    tag_added = Signal(str)
    tag_removed = Signal(str)
    notes_written = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._noted = ""  # the run whose notes are in the field
        self._of: Row | None = None  # as the list has it
        self._typed = False
        self._written: dict[str, tuple[Row, str]] = {}  # notes that the list doesn't know yet
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self.keep_notes)
        self.picture = _Picture(self)
        self.name = Note(role="text", parent=self)
        self.what = Note(parent=self)
        self.damage = WarningLine(self, 6)
        self.facts = {name: Note(role="text", parent=self) for name in _FACTS}
        self._names = {name: Note(name, parent=self) for name in _FACTS}
        self.settings = Note(parent=self)
        self.tags = TagsEditor(self)
        self.tags.added.connect(self.tag_added)
        self.tags.removed.connect(self.tag_removed)
        self.notes = _Notes(self)
        self.notes.setAccessibleName("Notes")
        self.notes.setPlaceholderText("Notes: what was tried here, and what came of it")
        self.notes.setTabChangesFocus(True)
        self.notes.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.notes.textChanged.connect(self._typing)
        self._lay_out()
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self.show_rows([])

    def _lay_out(self) -> None:
        facts = QGridLayout()
        facts.setHorizontalSpacing(SPACE[2])
        facts.setVerticalSpacing(2)
        facts.setColumnStretch(1, 1)
        for i, name in enumerate(_FACTS):
            label = self._names[name]
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
            label.setWordWrap(False)
            facts.addWidget(label, i, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(self.facts[name], i, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE[0], 0)
        column.setSpacing(SPACE[1])
        for part in (self.name, self.what, self.picture, self.damage):
            column.addWidget(part)
        column.addLayout(facts)
        for widget in (self.tags, self.notes, self.settings):
            column.addWidget(widget)
        column.setStretchFactor(self.notes, 1)
        column.addStretch()

    def _restyle(self) -> None:
        self.name.setFont(current_theme().font(bold=True))
        self.notes.setMinimumHeight(round(6 * current_theme().em))
        self.picture.updateGeometry()

    # What is shown

    @property
    def rows(self) -> list[Row]:
        """The runs that are chosen."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show what is known of some runs, or of one."""
        self._rows = list(rows)
        one = rows[0] if len(rows) == 1 else None
        if one is None:
            self.name.say(f"{counted(len(rows), 'run')} chosen" if rows else "No run chosen")
            size = size_words(sum(row.size for row in rows))
            self.what.say(
                f"{size} in all. What is done is done with all of them."
                if rows
                else "Choose a run in the list to see what is known of it."
            )
        else:
            self.name.say(_shortened(one.name, _NAME))
            self.what.say(one.what)
        self.picture.setVisible(one is not None)
        self.picture.show_row(one)
        self.damage.set_text("" if one is None else one_line(warning_words(one.item)))
        self._show_facts(one)
        self.tags.setVisible(bool(rows))
        self.tags.show_tags(tags_of([row.item.tags for row in rows]), len(rows))
        self._show_notes(one)

    def _show_facts(self, row: Row | None) -> None:
        said = {} if row is None else _facts(row)
        for name in _FACTS:
            for widget in (self._names[name], self.facts[name]):
                widget.setVisible(bool(said.get(name)))
            self.facts[name].say(said.get(name, ""))
        self.settings.say("" if row is None else _shortened(one_line(row.item.summary), 600))
        self.settings.setVisible(row is not None and bool(row.item.summary))

    def _show_notes(self, row: Row | None) -> None:
        """Show a run's notes, but never in the place of what is being typed."""
        self.notes.setVisible(row is not None)
        key = "" if row is None else row.id
        if key != self._noted:
            self.keep_notes()
        elif self._typed:
            self._of = row
            return
        self._noted, self._of = key, row
        of, text = self._written.get(key, (None, ""))
        if row is not None and of is not row:
            self._written.pop(key, None)
            text = row.notes
        if text != self.notes.toPlainText():
            self.notes.blockSignals(True)
            self.notes.setPlainText(text)
            self.notes.blockSignals(False)

    def _typing(self) -> None:
        self._typed = True
        self._rest.start()

    def keep_notes(self) -> None:
        """Keep what was typed, now."""
        self._rest.stop()
        if self._typed and self._noted:
            self._typed = False
            text = self.notes.toPlainText()[:_NOTES]
            if self._of is not None:
                self._written[self._noted] = self._of, text
            self.notes_written.emit(self._noted, text)


def _facts(row: Row) -> dict[str, str]:
    item = row.item
    known = {"train": item.train_accuracy, "test": item.test_accuracy}
    reason, reading = one_line(reason_words(item)), one_line(item.reading or "")[:_NAME]
    return {
        "Status": capitalised(row.status) + (f". {reason}" if reason else ""),
        "Best": "" if isnan(row.best) else " ".join((reading, measured(row.best))).strip(),
        "Accuracy": ", ".join(filter(None, map(_accuracy, known.items()))),
        "Iterations": "" if isnan(row.iterations) else f"{row.iterations:,.0f}",
        "Time": "" if isnan(row.seconds) else f"{duration(row.seconds)} of computing",
        "Begun": whole_time(row.created),
        "Size": size_words(row.size),
    }


def _accuracy(known: tuple[str, float | None]) -> str:
    part, value = known
    return "" if value is None or isnan(value) else f"{measured(value, decimals=3)} {part}"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
