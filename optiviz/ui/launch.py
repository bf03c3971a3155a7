"""The buttons below the set-up: run it, compare variants, race; and whether it is what is shown.

Imports Qt, the icons and the theme.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from optiviz.engine.spec import RunSpec
from optiviz.ui.icons import icon
from optiviz.ui.plain import Label
from optiviz.ui.theme import current_theme

__all__ = ["Beside", "Launch"]


@dataclass(frozen=True)
class Beside:
    """What a workspace compares at one press of a button.

    Attributes
    ----------
    text, help : str
        On the button.
    name : callable
        Names a run of this workspace.
    variants : callable
        Makes the specs to run side by side from the one that is set up.
    none : str
        What to say where there are none.
    """

    text: str
    help: str
    name: Callable[[RunSpec], str]
    variants: Callable[[RunSpec], list[RunSpec]]
    none: str = ""


class Launch(QWidget):
    """Run, the variants, a race; above them what differs from the run on show.

    Parameters
    ----------
    beside : Beside

    Signals
    -------
    run_wanted, beside_wanted, race_wanted, revert_wanted()
    """

    run_wanted = Signal()
    beside_wanted = Signal()
    race_wanted = Signal()
    revert_wanted = Signal()

    def __init__(self, beside: Beside, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.differs = QFrame()
        self.differs.setObjectName("note")
        row = QHBoxLayout(self.differs)
        row.setContentsMargins(12, 4, 8, 4)
        words = Label("The set-up differs from the run on show.")
        words.setWordWrap(True)
        self.revert_button = QPushButton("Revert")
        self.revert_button.clicked.connect(self.revert_wanted)
        row.addWidget(words, 1)
        row.addWidget(self.revert_button)
        column.addWidget(self.differs)

        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.run_button = QPushButton("Run")
        self.run_button.setProperty("primary", True)
        self.run_button.setToolTip("Compute a new run (Ctrl+R)")
        self.run_button.clicked.connect(self.run_wanted)
        self.beside_button = QPushButton(beside.text)
        self.beside_button.setToolTip(beside.help)
        self.beside_button.clicked.connect(self.beside_wanted)
        self.race_button = QPushButton("Race…")
        self.race_button.setToolTip(
            "Let algorithms race on the same data, split and start, at equal effort"
        )
        self.race_button.clicked.connect(self.race_wanted)
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.beside_button)
        buttons.addWidget(self.race_button)
        column.addLayout(buttons)

    def show_state(self, computing: bool, ready: bool, again: bool) -> None:
        """Say what the buttons do now.

        Parameters
        ----------
        computing : bool
            A run is being computed, and can be stopped.
        ready : bool
            What is set up can be run.
        again : bool
            There are runs already.
        """
        size = round(16 * current_theme().scale)
        self.run_button.setIconSize(QSize(size, size))
        self.run_button.setText("Stop" if computing else ("Run again" if again else "Run"))
        self.run_button.setEnabled(computing or ready)
        self.run_button.setIcon(icon("stop" if computing else "play", "on_accent"))
        self.beside_button.setEnabled(ready)
        self.race_button.setEnabled(ready)
