"""The panel that asks what is exported, as what, and shows what it will be."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QHideEvent, QIcon, QKeyEvent, QShowEvent, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.reports.document import PARTS
from optiviz.reports.formats import Format
from optiviz.ui.exporting.shown import PreviewPane
from optiviz.ui.exporting.source import OFFERED, Chosen, Look, Source, Wanted, left_out, wanted
from optiviz.ui.exporting.ticks import Ticks
from optiviz.ui.forms import MistakeNote, Note, ParametersForm
from optiviz.ui.forms.choice import Choice
from optiviz.ui.over_views import PanelOverViews
from optiviz.ui.plain import Label
from optiviz.ui.runs.swatch import swatch
from optiviz.ui.scrolled import Scrolled
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["ExportPanel"]

_WIDTH, _HEIGHT, _LEFT = 1180, 760, 330
_REST = 300  # milliseconds after a change until the preview is made again
_MARKED = 50  # runs with their colours
_GROUPS = {
    "report": "Reports",
    "figure": "Figures",
    "movie": "Movies",
    "data": "Data",
    "program": "Programs",
}


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
        self.source: Source | None = None
        self.wanted: Wanted | None = None
        self._views_for: tuple[object, ...] = ()
        self._of_movie: tuple[str, ...] = ()
        self.formats = Choice(self)
        self.formats.setAccessibleName("Format")
        self.about = Note(parent=self)
        self.runs = Ticks("Runs", self, most=6)
        self.run = Choice(self)
        self.run.setAccessibleName("Run")
        self._run_label = Label("Run", self)
        self.form = ParametersForm(Look, self, offered=OFFERED)
        self._notes_label = Label("Notes", self)
        self.notes = QPlainTextEdit(self)
        self.notes.setAccessibleName("Notes")
        self.notes.setPlaceholderText("Your own words, at its beginning")
        self.notes.setTabChangesFocus(True)
        self.parts = Ticks("Parts", self, most=len(PARTS))
        self.views = Ticks("Views", self)
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
        self._later.timeout.connect(self._ask)
        self._connect()
        self._lay_out()
        self.set_busy("")
        self._restyle()

    def _connect(self) -> None:
        self.formats.currentIndexChanged.connect(self._change_format)
        for ticks in (self.runs, self.parts, self.views):
            ticks.changed.connect(self._look)
        self.run.currentIndexChanged.connect(self._look)
        self.form.changed.connect(self._look)
        self.notes.textChanged.connect(self._look)
        self.export_button.clicked.connect(self.export)
        self.cancel_button.clicked.connect(self.cancel_wanted)

    def _lay_out(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, SPACE[1], 0)
        inner.setSpacing(SPACE[1])
        run = QHBoxLayout()
        run.addWidget(self._run_label)
        run.addWidget(self.run, 1)
        inner.addWidget(self.runs)
        inner.addLayout(run)
        inner.addWidget(self.form)
        for widget in (self._notes_label, self.notes, self.parts, self.views):
            inner.addWidget(widget)
        inner.addStretch(1)
        self._scroll = Scrolled(body, self)
        self._left = QWidget(self)
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(SPACE[1])
        left.addWidget(self.formats)
        left.addWidget(self.about)
        left.addWidget(self._scroll, 1)
        above = QHBoxLayout()
        above.addWidget(self._preview_title)
        above.addWidget(self.preview.about, 1)
        right = QVBoxLayout()
        right.setSpacing(SPACE[1])
        right.addLayout(above)
        right.addWidget(self.preview, 1)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE[3])
        middle.addWidget(self._left)
        middle.addLayout(right, 1)
        below = QHBoxLayout()
        below.setSpacing(SPACE[1])
        below.addWidget(self.doing, 1)
        below.addWidget(self.mistake, 1)
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
        for label in (self._preview_title, self._notes_label):
            label.setFont(current_theme().font(bold=True))
        self._left.setFixedWidth(round(_LEFT * current_theme().scale))
        self.notes.setFixedHeight(round(4.5 * current_theme().em))
        self._mark()
        super()._restyle()

    def _stand(self, around: QWidget, parent: QWidget) -> None:
        """Stand in the middle of the workspace, as large as there is room for."""
        scale = current_theme().scale
        width = min(round(_WIDTH * scale), around.width() - 2 * SPACE[2])
        height = min(round(_HEIGHT * scale), around.height() - 2 * SPACE[1])
        self._left.setFixedWidth(min(round(_LEFT * scale), width // 2))
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
        before = self.source
        self.source = source
        self._templates = dict(templates)
        self._fill(source, kept, name, view, before is None)
        self._appear()
        self.formats.setFocus()
        self._look()
        self._ask()

    def _fill(
        self, source: Source, kept: Mapping[str, Any], name: str, view: str, afresh: bool
    ) -> None:
        for widget in (self.formats, self.run, self.notes):
            widget.blockSignals(True)
        self._offer_formats(source.formats, name or str(kept.get("format", "")))
        places = [str(i) for i in source.ticked]
        named = [(str(i), words) for i, words in enumerate(source.names)]
        self.runs.offer(named, places)
        self.run.clear()
        for value, words in named:
            self.run.addItem(words, value)
        if places:
            self.run.set_value(places[0])
        if afresh:
            known = [part for part in PARTS if part in kept.get("parts", PARTS)]
            self.parts.offer(list(PARTS.items()), known or list(PARTS))
            self.form.set_value(_understood(kept))
        self.form.offer("template", {"": "The usual one", **self._templates})
        self.form.offer("view", {one.kind: one.label for one in source.views})
        first = view or next(iter(source.opened), "")
        if first and source.view(first) is not None:
            self.form.control("view").set_value(first)
        self._views_for = ()
        for widget in (self.formats, self.run, self.notes):
            widget.blockSignals(False)
        self._show_settings(only=view)

    def _offer_formats(self, known: Mapping[str, Format], wanted: str) -> None:
        self.formats.clear()
        group = ""
        for name, made in known.items():
            if made.group != group:
                group = made.group
                self.formats.add_heading(_GROUPS[group])
            self.formats.addItem(made.label, name)
        if not self.formats.set_value(wanted):
            self.formats.set_value(next(iter(known), ""))

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

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._mark()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._later.stop()
        self.preview.end()
        self.closed.emit()

    # What is chosen

    def format(self) -> Format | None:
        """Return the format that is chosen."""
        return None if self.source is None else self.source.formats.get(self.formats.value())

    def _change_format(self) -> None:
        self._show_settings()
        self._look()

    def _show_settings(self, only: str = "") -> None:
        """Show what can be set of the format that is chosen."""
        source, made = self.source, self.format()
        if source is None or made is None:
            return
        self.about.say(f"{source.about} {made.about}".strip())
        takes = made.takes
        several = made.several and len(source.runs) > 1
        self.runs.setVisible(several)
        one_of_some = not made.several and len(source.runs) > 1
        self.run.setVisible(one_of_some)
        self._run_label.setVisible(one_of_some)
        some = self.form.leave_out(left_out(source, made, bool(self._templates)))
        self.form.setVisible(some)
        is_report = "choices" in takes
        for widget in (self.notes, self._notes_label, self.parts):
            widget.setVisible(is_report)
        self._show_views(made, only)

    def _show_views(self, made: Format, only: str) -> None:
        """Offer the views; a report has all that belong to one, a movie those that are open."""
        source = self.source
        assert source is not None
        is_report = "choices" in made.takes
        listed = is_report or "views" in made.takes
        self.views.setVisible(listed and bool(source.views))
        key = (source, is_report)
        if not listed or (key == self._views_for and not only):
            return
        self._views_for = key
        if is_report:
            offered = [one for one in source.views if one.reported]
            ticked = [one.kind for one in offered]
        else:
            offered = list(source.views)
            ticked = [only] if only else list(source.opened[:1]) or [offered[0].kind]
        offered.sort(key=lambda one: one.place)
        self.views.offer([(one.kind, one.label) for one in offered], ticked)

    def chosen(self) -> Chosen:
        """Return what is chosen.

        Raises
        ------
        SpecError
        """
        source, made = self.source, self.format()
        if source is None or made is None:
            raise SpecError([Mistake("format", "there is nothing to export")])
        if not made.several and len(source.runs) > 1:
            places: tuple[int, ...] = (int(self.run.value()),)
        else:
            places = tuple(map(int, self.runs.ticked()))
            focus = source.ticked[0] if source.ticked else -1
            if not made.several and focus in places:
                places = (focus,)
        return Chosen(
            self.formats.value(),
            places,
            Look.from_dict(self.form.value()),
            self.notes.toPlainText(),
            self.parts.ticked(),
            self.views.ticked() if not self.views.isHidden() else (),
        )

    def _look(self) -> None:
        """Take what is chosen, or say what is wrong with it."""
        self.form.set_mistakes([])
        self._mark()
        if self.source is None:
            return
        self.wanted = None
        said = self.source.lacks
        if not said:
            try:
                self.wanted = wanted(self.source, self.chosen())
            except SpecError as error:
                own = [m for m in error.mistakes if m.path.split(".")[0] in self.form.names()]
                self.form.set_mistakes(own)
                said = error.mistakes[0].message
        self.mistake.say(said)
        self.doing.setVisible(not said and self.progress.isHidden())
        self._show_buttons()
        self._later.start()

    def _mark(self) -> None:
        """Give the runs that are chosen the colours that they will have."""
        ticked = self.runs.ticked()
        side = current_theme().icon_size
        n = len(self.source.runs) if self.source is not None else 0
        if 1 < n <= _MARKED:
            number = {value: i for i, value in enumerate(ticked)}
            values = map(str, range(n))
            self.runs.set_icons(
                [swatch(number[v], side // 2) if v in number else QIcon() for v in values]
            )

    def _ask(self) -> None:
        self._later.stop()
        if not self.isVisible():
            return
        if self.wanted is None:
            self.preview.say("")
            return
        if self.preview.preview is None:
            self.preview.say("Making the preview…")
        self.look_wanted.emit(self.wanted)

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
        self.progress.setVisible(bool(name))
        self.cancel_button.setVisible(bool(name))
        self.cancel_button.setEnabled(True)
        self.progress.setRange(0, 0)
        self.progress.setAccessibleName(f"Writing {name}" if name else "")
        self.doing.say(f"Writing {name}…" if name else "")
        self.doing.setVisible(not self.mistake.text())
        self._show_buttons()

    def go_on(self, done: int, of: int) -> None:
        """Show how far it is."""
        self.progress.setRange(0, max(1, of))
        self.progress.setValue(min(done, of))


def _understood(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was remembered, as far as it still has a meaning."""
    found: dict[str, Any] = {}
    for name, value in kept.items():
        try:
            found = Look.from_dict({**found, name: value}).to_dict()
        except SpecError:
            continue
    return found
