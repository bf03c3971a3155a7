"""The panel that asks what is exported, as what, and shows what it will be."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from optiviz.engine.parameters import SpecError
from optiviz.ui.exporting.chooser import Chooser
from optiviz.ui.exporting.shown import PreviewPane
from optiviz.ui.exporting.source import Source, Wanted, wanted
from optiviz.ui.forms import MistakeNote, Note
from optiviz.ui.over_views import PanelOverViews
from optiviz.ui.plain import Label
from optiviz.ui.theme import SPACE, current_theme

if TYPE_CHECKING:
    from optiviz.reports.formats import Format

__all__ = ["ExportPanel"]

_WIDTH, _HEIGHT, _LEFT = 1400, 940, 330
_REST = 300  # milliseconds after a change until the preview is made again


class ExportPanel(PanelOverViews):
    """Over the workspace: what is exported left, what it will be right. Nothing waits for it.

    Signals
    -------
    export_wanted : (Wanted,)
        It is to be written.
    look_wanted : (Wanted,)
        It is to be shown.
    closed
        Nothing is to be shown any more.
    cancel_wanted
        What is being written is to be left.
    """

    export_wanted = Signal(object)
    look_wanted = Signal(object)
    closed = Signal()
    cancel_wanted = Signal()

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        super().__init__("Export", over, parent)
        self.wanted: Wanted | None = None
        self._shown_as: Format | None = None
        self.chooser = Chooser(self)
        self.preview = PreviewPane(self)
        self._preview_title = Label("Preview", self)
        self.mistake = MistakeNote(self)
        self.doing = Note(parent=self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setToolTip("Leave it; a file that was there stays as it was")
        self.browse_button = QPushButton("Open preview", self)
        self.browse_button.setToolTip("Write it for a look, and open it with its own program")
        self.export_button = QPushButton("Export…", self)
        self.export_button.setProperty("primary", True)
        self.export_button.setToolTip("Ask where, and write it (Ctrl+Enter)")
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REST)
        self._later.timeout.connect(self.ask)
        self.chooser.changed.connect(self._look)
        self.export_button.clicked.connect(self.export)
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self._lay_out()
        self.set_busy("")
        self._restyle()

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self._preview_title)
        above.addWidget(self.preview.about, 1)
        right = QVBoxLayout()
        right.setSpacing(SPACE[1])
        right.addLayout(above)
        right.addWidget(self.preview, 1)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE[3])
        middle.addWidget(self.chooser)
        middle.addLayout(right, 1)
        below = QHBoxLayout()
        below.setSpacing(SPACE[1])
        below.addWidget(self.doing, 1)
        below.addWidget(self.mistake, 1, Qt.AlignmentFlag.AlignVCenter)
        below.addWidget(self.progress, 1)
        below.addWidget(self.cancel_button)
        below.addWidget(self.browse_button)
        below.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addLayout(self._head())
        column.addLayout(middle, 1)
        column.addLayout(below)

    def _restyle(self) -> None:
        self._preview_title.setFont(current_theme().font(bold=True))
        super()._restyle()

    def _stand(self, around: QWidget, parent: QWidget) -> None:
        """Stand in the middle of the workspace, as large as there is room for."""
        scale = current_theme().scale
        width = min(round(_WIDTH * scale), around.width() - 2 * SPACE[2])
        height = min(round(_HEIGHT * scale), around.height() - 2 * SPACE[1])
        self.chooser.setFixedWidth(min(round(_LEFT * scale), width // 2))
        self.resize(width, height)
        at = QPoint((around.width() - width) // 2, (around.height() - height) // 2)
        self.move(around.mapTo(parent, at))

    # Opening and closing

    def open_for(
        self,
        source: Source,
        kept: Mapping[str, Any],
        templates: Mapping[str, str],
        name: str = "",
        view: str = "",
    ) -> None:
        """Ask what of a source is exported.

        Parameters
        ----------
        source : Source
        kept : mapping
            What was remembered of the last time; what is not understood is left out.
        templates : mapping of str to str
            Names of templates and their words.
        name, view : str
            The format and the view to begin with; those of the last time if empty.
        """
        self._remember_focus()
        self.chooser.offer(source, kept, templates, name, view)
        self._appear()
        self.chooser.formats.setFocus()
        self._look()
        self.ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.export()
        elif event.key() == Qt.Key.Key_Space or entered:
            event.accept()  # else the run would play on under it
        else:
            event.ignore()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._later.stop()
        self.preview.end()
        self.closed.emit()

    # What is chosen

    def _look(self) -> None:
        """Take what is chosen, or say what is wrong with it."""
        source, form = self.chooser.source, self.chooser.form
        if source is None:
            return
        form.set_mistakes([])
        self.wanted, said = None, ""
        try:
            self.wanted = wanted(source, self.chooser.chosen())
        except SpecError as error:
            own = [m for m in error.mistakes if m.path.split(".")[0] in form.names()]
            form.set_mistakes(own)
            said = error.mistakes[0].message
        self.mistake.say(said)
        self.doing.setVisible(not said)
        self._show_buttons()
        self._later.start()

    def ask(self) -> None:
        """Have the preview made, or say why there is none."""
        self._later.stop()
        if not self.isVisible():
            return
        if self.wanted is None:
            self.preview.say(self.mistake.text())
            return
        if self.preview.preview is None or self._shown_as is not self.wanted.format:
            self.preview.say("Making the preview…")  # what is there is of another kind
        self._shown_as = self.wanted.format
        self.look_wanted.emit(self.wanted)

    def look_goes_on(self, done: int, of: int) -> None:
        """Say how far a preview is of which not all is seen yet."""
        if of <= 1 or self.wanted is None:
            return
        said = f"{done:,} of {of:,} steps…"
        if self.preview.preview is None:
            self.preview.say(f"Making the preview: {said}")
        elif self.wanted.format.suffix == ".pdf":
            self.preview.about.set_text(f"its pages are made: {said}")

    def _show_buttons(self) -> None:
        ready = self.wanted is not None and self.progress.isHidden()
        self.export_button.setEnabled(ready)
        self.browse_button.setEnabled(ready)

    def export(self) -> None:
        """Have it written, if nothing is wrong."""
        if self.wanted is not None and self.export_button.isEnabled():
            self.export_wanted.emit(self.wanted)

    # What is being written

    def set_busy(self, name: str) -> None:
        """Say that a file is being written; an empty name that none is."""
        focus = self.window().focusWidget()
        self.cancel_button.setEnabled(True)
        self.progress.setVisible(bool(name))
        self.cancel_button.setVisible(bool(name))
        self.progress.setRange(0, 0)
        self.progress.setAccessibleName(f"Writing {name}" if name else "")
        self.doing.say(f"Writing {name}…" if name else "")
        self.doing.setVisible(not self.mistake.text())
        self._show_buttons()
        if focus in (self.export_button, self.cancel_button) and self.isVisible():
            (self.cancel_button if name else self.export_button).setFocus()

    def show_cancelled(self) -> None:
        """Take no second Cancel; keys stay in the panel."""
        if self.cancel_button.hasFocus():
            self.chooser.formats.setFocus()
        self.cancel_button.setEnabled(False)

    def go_on(self, done: int, of: int) -> None:
        """Show how far it is."""
        self.progress.setRange(0, max(1, of))
        self.progress.setValue(min(done, of))
