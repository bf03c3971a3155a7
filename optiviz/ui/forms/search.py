"""A combo for many entries in groups: its list is searched by typing, and says what each one is."""

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QVBoxLayout, QWidget

from optiviz.ui.forms.choice import ABOUT, HEADING, WORDS, Choice, Entries
from optiviz.ui.forms.labels import Note
from optiviz.ui.guard import guarded
from optiviz.ui.icons import set_icon
from optiviz.ui.theme import SPACE, current_theme

_FEW = 8  # entries that are found without searching
_ABOUT_LINES = 5
_MOST_SHARE = 0.7  # of the screen's height that the list takes at most
_LEAST_WIDTH = 34  # of the list, in digits
_Index = QModelIndex | QPersistentModelIndex


class SearchChoice(Choice):
    """A combo whose list has a field to search it, and a line about the entry that is marked.

    Without the list, a letter opens it and begins the search; arrows go from entry to entry.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list: SearchList | None = None
        self._what = "Entries"

    def add_entry(self, text: str, value: str, group: str = "", about: str = "") -> None:
        """Add an entry that is found by its text, its value and its group.

        Parameters
        ----------
        text, value : str
            What is shown, and what is chosen.
        group : str
            The heading that it stands under.
        about : str
            What it is, in one line.
        """
        self.addItem(text, value)
        words = f"{text} {value} {value.replace('_', ' ')} {group}".casefold()
        self.setItemData(self.count() - 1, words, WORDS)
        self.setItemData(self.count() - 1, about, ABOUT)
        self.setItemData(self.count() - 1, about, Qt.ItemDataRole.ToolTipRole)

    def set_note(self, value: str, note: str, tip: str = "") -> None:
        """Say something of an entry, muted beside it, and where it is marked in the list."""
        super().set_note(value, note, tip)
        index = self.findData(value)
        lines = filter(None, (tip, self.itemData(index, ABOUT)))
        self.setItemData(index, "\n".join(lines), Qt.ItemDataRole.ToolTipRole)

    def name_entries(self, what: str) -> None:
        """Say what the entries are, for people who have them read to them."""
        self._what = what

    @property
    def entries(self) -> int:
        """How many entries there are, without the headings."""
        return sum(self.itemData(i, HEADING) is None for i in range(self.count()))

    def open_list(self) -> "SearchList":
        """Return the list, made when it is first wanted."""
        if self._list is None:
            self._list = SearchList(self)
            self._list.chosen.connect(self._choose)
        return self._list

    def showPopup(self) -> None:
        """Show the list."""
        self.open_list().open(self._what)

    def hidePopup(self) -> None:
        """Hide the list."""
        if self._list is not None:
            self._list.hide()
        super().hidePopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let a letter begin a search."""
        text = event.text()
        command = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if text.isalnum() and not command and self.entries > _FEW:
            self.open_list().open(self._what, text)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def _choose(self, row: int) -> None:
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.setCurrentIndex(row)


class SearchList(QFrame):
    """The list of a `SearchChoice`, with its search field above and a line about an entry below.

    Signals
    -------
    chosen(row)
        Of the combo.
    """

    chosen = Signal(int)

    def __init__(self, choice: SearchChoice) -> None:
        super().__init__(choice, Qt.WindowType.Popup)
        self.setObjectName("list")
        self._choice = choice
        self.edit = QLineEdit(self)
        self.edit.setPlaceholderText("Search")
        glass = QAction(self.edit)
        set_icon(glass, "search", "muted")
        self.edit.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.edit.textChanged.connect(self._search)
        self.edit.installEventFilter(self)
        self.view = QListView(self)
        self.view.setProperty("bare", True)
        self.view.setModel(choice.model())
        self.view.setItemDelegate(Entries(self.view))
        self.view.setMouseTracking(True)
        self.view.setUniformItemSizes(False)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setFocusProxy(self.edit)
        self.view.entered.connect(self._mark)
        self.view.clicked.connect(self._take)
        self.view.selectionModel().currentChanged.connect(self._say)
        self.about = Note(parent=self)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[0], SPACE[0], SPACE[0], SPACE[1])
        column.setSpacing(SPACE[0])
        column.addWidget(self.edit)
        column.addWidget(self.view, 1)
        column.addWidget(self.about)
        self.about.setContentsMargins(SPACE[0], 0, SPACE[0], 0)

    def open(self, what: str, text: str = "") -> None:
        """Show it at the combo, with a search begun."""
        many = self._choice.entries > _FEW
        self.edit.setVisible(many)
        self.edit.setAccessibleName(f"Search: {what}")
        self.view.setAccessibleName(what)
        self.edit.setText(text)
        self._search(text)
        self.setGeometry(self._place())
        self.show()
        (self.edit if many else self.view).setFocus(Qt.FocusReason.PopupFocusReason)
        if not many:
            self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.view.scrollTo(self.view.currentIndex(), QListView.ScrollHint.PositionAtCenter)

    def shown(self) -> list[str]:
        """Return the texts that are listed, headings too."""
        return [str(self._index(row).data()) for row in self._rows(headings=True)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let keys that move in a list do so while the search field has the focus."""
        return (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and (self._move(event))
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in a list that has no search field."""
        if not self._move(event):
            super().keyPressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the edge."""
        painter = QPainter(self)
        painter.setPen(current_theme().colour("edge"))
        painter.setBrush(current_theme().colour("card"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click elsewhere; one on the combo doesn't open it again."""
        at = event.globalPosition().toPoint()
        if not self.rect().contains(self.mapFromGlobal(at)):
            over = self._choice.rect().contains(self._choice.mapFromGlobal(at))
            self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay, over)
        super().mousePressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the combo its usual look again."""
        super().hideEvent(event)
        self._choice.update()

    def _move(self, event: QKeyEvent) -> bool:
        key = event.key()
        page = max(1, self.view.height() // max(1, self.view.sizeHintForRow(0)) - 1)
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_PageUp: -page,
        }
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.view.currentIndex())
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.hide()
        elif key in steps:
            self._step(steps[Qt.Key(key)])
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        """Mark an entry so many entries further, or the last one in that direction."""
        rows = self._rows()
        if rows:
            at = self.view.currentIndex().row()
            place = rows.index(at) if at in rows else -1
            self._mark_row(rows[min(max(place + by, 0), len(rows) - 1)])

    def _index(self, row: int) -> QModelIndex:
        return self.view.model().index(row, 0)

    def _rows(self, headings: bool = False) -> list[int]:
        """Return the rows that are listed, of entries alone or of headings too."""
        return [
            row
            for row in range(self._choice.count())
            if not self.view.isRowHidden(row) and (headings or not self._index(row).data(HEADING))
        ]

    def _search(self, text: str) -> None:
        """List the entries that have every word, and the headings above them.

        Marked is what begins as was typed, or what is chosen now.
        """
        typed = text.casefold().split()
        heading, under = -1, False
        for row in range(self._choice.count()):
            if self._index(row).data(HEADING):
                if heading >= 0:
                    self.view.setRowHidden(heading, not under)
                heading, under = row, False
                continue
            words = str(self._index(row).data(WORDS) or "")
            found = all(word in words for word in typed)
            self.view.setRowHidden(row, not found)
            under |= found
        if heading >= 0:
            self.view.setRowHidden(heading, not under)
        rows, chosen, start = self._rows(), self._choice.currentIndex(), " ".join(typed)
        begun = [row for row in rows if str(self._index(row).data()).casefold().startswith(start)]
        best = [chosen] if chosen in rows and not typed else begun or rows
        if best:
            self._mark_row(best[0])
        else:
            self.view.setCurrentIndex(QModelIndex())
            self.about.say(f"Nothing here is called “{text}”.")

    def _mark(self, index: _Index) -> None:
        if not index.data(HEADING):
            self._mark_row(index.row())

    def _mark_row(self, row: int) -> None:
        self.view.setCurrentIndex(self._index(row))
        self._say()

    def _say(self) -> None:
        index = self.view.currentIndex()
        self.about.say(
            str(index.data(Qt.ItemDataRole.ToolTipRole) or "") if index.isValid() else ""
        )

    def _take(self, index: QModelIndex) -> None:
        if index.isValid() and not index.data(HEADING):
            self.hide()
            self.chosen.emit(index.row())

    def _place(self) -> QRect:
        """Return where it goes: below the combo, or above where there is more room."""
        choice, line = self._choice, self.fontMetrics().lineSpacing()
        self.about.setFixedHeight(_ABOUT_LINES * line + SPACE[1])
        screen = choice.screen().availableGeometry()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        digits = self.fontMetrics().horizontalAdvance("0") * _LEAST_WIDTH
        width = max(choice.width(), digits, self.view.sizeHintForColumn(0) + bar + 2 * SPACE[2])
        width = min(width, screen.width())
        rows = sum(self.view.sizeHintForRow(i) for i in range(self._choice.count()))
        around = self.layout().sizeHint().height() - self.view.sizeHint().height()  # type: ignore[union-attr]
        wanted = min(rows + around + 2, round(_MOST_SHARE * screen.height()))
        top = choice.mapToGlobal(QPoint(0, 0))
        below = screen.bottom() - top.y() - choice.height()
        above = top.y() - screen.top()
        under = below >= wanted or below >= above
        height = max(min(wanted, below if under else above), around + 4 * line)
        y = top.y() + choice.height() if under else top.y() - height
        x = min(top.x(), screen.right() - width)
        y = min(y, screen.bottom() - height)
        return QRect(max(x, screen.left()), max(y, screen.top()), width, height)
