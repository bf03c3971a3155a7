"""Algorithm: which one, its settings, and in a sentence what an iteration does."""

from typing import Any

from PySide6.QtWidgets import QWidget

from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.problem import Problem
from optiviz.ui.forms import (
    KindForm,
    LogControl,
    MistakeNote,
    Note,
    Panel,
    RateBand,
    about,
    spoken,
)


class AlgorithmPanel(Panel):
    """The algorithms by group, and the form of the chosen one."""

    title = "Algorithm"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds: dict[str, type[Optimizer]] = registry.kinds(Optimizer.family)
        self.form = KindForm(Optimizer, "Method", self)
        self.sentence = Note(role="text", parent=self)
        self.source = Note(parent=self)
        self._other = MistakeNote(self)
        self._banded: LogControl | None = None
        for widget in (self.form, self._other, self.sentence, self.source):
            self.column.addWidget(widget)
        self.form.changed.connect(self._on_changed)
        self.form.committed.connect(self.committed)
        self._say()

    def value(self) -> dict[str, Any]:
        """Return plain data of the algorithm."""
        return self.form.value()

    def set_value(self, data: dict[str, Any]) -> None:
        """Show an algorithm and its settings, without a signal."""
        self.form.set_value(data)
        self._say()

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its field."""
        kind = self.form.kind
        plain = [Mistake(m.path, m.message.removeprefix(f"{kind} ")) for m in mistakes]
        beside = self.form.set_mistakes(plain)
        self._other.say(beside[0].message if beside else "")

    def show_problem(self, problem: Problem | None) -> None:
        """Say of each algorithm whether it can work on a problem."""
        for kind, cls in self._kinds.items():
            why = _refusal(cls, problem)
            short = "needs a slope" if cls.needs_gradient else "not here"
            self.form.combo.set_note(kind, short if why else "", spoken(why))

    def show_rates(self, bands: tuple[RateBand, ...], about: str) -> None:
        """Show on the slider of the learning rate what its values do; nothing for no words.

        Parameters
        ----------
        bands : tuple of RateBand
            None where there is only something to say.
        about : str
        """
        control = None
        if "learning_rate" in self.form.form.names():
            control = self.form.form.control("learning_rate")
        if self._banded is not None and self._banded is not control:
            self._banded.set_bands((), "")
        self._banded = control if isinstance(control, LogControl) else None
        if self._banded is not None:
            self._banded.set_bands(bands, about)

    def summary(self) -> str:
        """Return the algorithm's name."""
        return self.form.combo.currentText()

    def note(self) -> str:
        """Return the algorithm's group."""
        return self._kinds[self.form.kind].group.lower()

    def label_at(self, path: str) -> str:
        """Return a field's label."""
        return self.form.label_at(path)

    def _on_changed(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        cls = self._kinds[self.form.kind]
        try:
            words = Optimizer.from_dict(self.form.value()).sentence()
        except SpecError:
            words = ""
        self.sentence.say(words)
        self.sentence.setToolTip(about(cls))
        self.sentence.setVisible(bool(words))
        self.source.say(cls.source)
        self.source.setVisible(bool(cls.source))


def _refusal(cls: type[Optimizer], problem: Problem | None) -> str:
    """Return why an algorithm can't work on a problem, or an empty text."""
    if problem is None:
        return ""
    try:
        mistakes = cls.from_dict({"kind": cls.kind}).check_problem(problem)
    except SpecError:
        return ""  # it has settings without a default
    reasons = [sentence for field, sentence in mistakes if field == "kind"]
    return reasons[0].removeprefix(f"{cls.kind} ") if reasons else ""
