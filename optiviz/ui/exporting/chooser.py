"""What is exported and as what: all that a user chooses, in a column."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from optiviz.engine.parameters import Mistake, SpecError
from optiviz.reports.document import PARTS
from optiviz.reports.formats import Format
from optiviz.ui.exporting.source import OFFERED, UP_TO, Chosen, Look, Source, left_out
from optiviz.ui.exporting.ticks import Ticks
from optiviz.ui.forms import Note, ParametersForm
from optiviz.ui.forms.choice import Choice
from optiviz.ui.plain import Label
from optiviz.ui.runs.swatch import swatch
from optiviz.ui.scrolled import Scrolled
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["Chooser"]

_MARKED = 50  # runs with their colours
_NOTES, _ANSWERS = 3, 8  # lines of them that are seen
_ASKED = "## Which learning rate diverges first?\nThe last one, because…"
_GROUPS = {
    "report": "Reports",
    "figure": "Figures",
    "movie": "Movies",
    "data": "Data",
    "program": "Programs",
}


class Chooser(QWidget):
    """The format on top, and below it what can be set of it.

    Signals
    -------
    changed
        Something else is chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source: Source | None = None
        self._templates: dict[str, str] = {}
        self._views_for: tuple[object, ...] = ()
        self._unwanted: set[str] = set()  # parts, also those that are not offered now
        self.formats = Choice(self)
        self.formats.setAccessibleName("Format")
        self.about = Note(parent=self)
        self.runs = Ticks("Runs", self, most=6)
        self.form = ParametersForm(Look, self, offered=OFFERED, beside=True)
        self._notes_label = Label("Notes", self)
        self.notes = QPlainTextEdit(self)
        self.notes.setTabChangesFocus(True)
        self.parts = Ticks("Parts", self, most=len(PARTS))
        self.views = Ticks("Views", self)
        self._lay_out()
        self.formats.currentIndexChanged.connect(self._change_format)
        for ticks in (self.runs, self.parts, self.views):
            ticks.changed.connect(self._change)
        self.form.changed.connect(self._change)
        self.notes.textChanged.connect(self._change)
        current_theme().changed.connect(self._restyle)
        self._restyle()

    def _lay_out(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, SPACE[1], 0)
        inner.setSpacing(SPACE[1])
        for widget in (
            self.runs, self.form, self._notes_label, self.notes, self.parts, self.views
        ):  # fmt: skip
            inner.addWidget(widget)
        inner.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[1])
        column.addWidget(self.formats)
        column.addWidget(self.about)
        column.addWidget(Scrolled(body, self), 1)

    def _restyle(self) -> None:
        self._notes_label.setFont(current_theme().font(bold=True))
        lines = _ANSWERS if self._hands_in() else _NOTES
        self.notes.setFixedHeight(round(1.5 * lines * current_theme().em))
        self._mark()

    def _change(self) -> None:
        offered = self.source.parts.keys() if self.source is not None else set()
        self._unwanted = (self._unwanted - offered) | (offered - set(self.parts.ticked()))
        self._mark()
        self.changed.emit()

    # What there is

    def offer(
        self,
        source: Source,
        kept: Mapping[str, Any],
        templates: Mapping[str, str],
        name: str = "",
        view: str = "",
    ) -> None:
        """Offer what there is, as `ExportPanel.open_for` says, without a signal."""
        afresh = self.source is None
        self.source, self._templates = source, dict(templates)
        self._fill(source, kept, name, view, afresh)
        self._mark()

    def _fill(
        self, source: Source, kept: Mapping[str, Any], name: str, view: str, afresh: bool
    ) -> None:
        for widget in (self.formats, self.notes):
            widget.blockSignals(True)
        self._offer_formats(source.formats, name or str(kept.get("format", "")))
        places = [str(i) for i in source.ticked]
        named = [(str(i), words) for i, words in enumerate(source.names)]
        self.runs.offer(named, places)
        if afresh:
            wanted = set(kept.get("parts", PARTS)) & PARTS.keys()
            self._unwanted = PARTS.keys() - (wanted or PARTS.keys())
            self.form.set_value(_understood(kept))
        kept_on = [part for part in source.parts if part not in self._unwanted]
        self.parts.offer(list(source.parts.items()), kept_on)
        self._offer("run", dict(named), *places[:1])
        self._offer("template", {"": "The usual one", **self._templates})
        self._offer("view", {one.kind: one.label for one in source.views})
        without = ("playhead",) if source.playhead is None else ()
        self._offer("at", {at: words for at, words in UP_TO.items() if at not in without}, "end")
        first = view or next(iter(source.opened), "")
        if first and source.view(first) is not None:
            self.form.control("view").set_value(first)
        self._views_for = ()
        for widget in (self.formats, self.notes):
            widget.blockSignals(False)
        self._show_settings(only=view)

    def _offer(self, name: str, words: Mapping[str, str], usual: str = "") -> None:
        """Offer values for a field; what is not among them gives way to the usual one."""
        control = self.form.control(name)
        if control.value() not in words:
            control.set_value(usual or next(iter(words), ""))
        self.form.offer(name, words)

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

    def format(self) -> Format | None:
        """Return the format that is chosen."""
        return None if self.source is None else self.source.formats.get(self.formats.value())

    def _change_format(self) -> None:
        self._show_settings()
        self._change()

    def _show_settings(self, only: str = "") -> None:
        """Show what can be set of the format that is chosen."""
        source, made = self.source, self.format()
        if source is None or made is None:
            return
        self.about.say(f"{source.about} {made.about}".strip())
        takes = made.takes
        several = made.several and len(source.runs) > 1
        self.runs.setVisible(several)
        some = self.form.leave_out(left_out(source, made, bool(self._templates)))
        self.form.setVisible(some)
        is_report = "choices" in takes
        for widget in (self.notes, self._notes_label, self.parts):
            widget.setVisible(is_report)
        hands_in = self._hands_in()
        self.form.set_label("author", "Student" if hands_in else "Author")
        self._notes_label.setText("Answers" if hands_in else "Notes")
        self.notes.setAccessibleName(self._notes_label.text())
        self.notes.setPlaceholderText(_ASKED if hands_in else "Your own words, at its beginning")
        self._restyle()
        self._show_views(made, only)

    def _hands_in(self) -> bool:
        made = self.format()
        return made is not None and "answers" in made.takes

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
            places: tuple[int, ...] = (int(self.form.control("run").value()),)
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
            tuple(part for part in PARTS if part not in self._unwanted),
            self.views.ticked() if not self.views.isHidden() else (),
        )

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


def _understood(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was remembered, as far as it still has a meaning."""
    found: dict[str, Any] = {}
    for name, value in kept.items():
        try:
            found = Look.from_dict({**found, name: value}).to_dict()
        except SpecError:
            continue
    return found
