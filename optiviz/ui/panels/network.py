"""Network: the layers, and where the weights start."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from optiviz.engine.parameters import Mistake, SpecError, fields
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.network import INITIALIZATIONS, Layer, Network
from optiviz.ui.forms import (
    ChoiceControl,
    Control,
    IconButton,
    MistakeNote,
    Note,
    Panel,
    Row,
    below,
    control_for,
    number_text,
    numbers,
    spoken,
)
from optiviz.ui.plain import Label

PASTED = "pasted"
_NEW_UNITS = 10
_FEW_LINES = 4


_LAST_ALONE = {
    name: f"{activation.label} is for the output alone"
    for name, activation in ACTIVATIONS.items()
    if getattr(activation, "output_only", False)
}


class LayerBox(QWidget):
    """One layer: how many units, which activation, and buttons that move or remove it.

    Signals
    -------
    changed(), committed()
        As those of a control.
    move_wanted(box, by), remove_wanted(box)
        Its buttons: towards the input (-1) or the output (1).
    """

    changed = Signal()
    committed = Signal()
    move_wanted = Signal(object, int)
    remove_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        units, activation = (control_for(field, self) for field in fields(Layer))
        assert units is not None and activation is not None  # noqa: PT018
        self.units: Control = units
        self.activation: Control = activation
        self.caption = Label(self)
        self.mistake = MistakeNote(self)
        self.setMinimumWidth(1)
        self.up = self._button("up", self._on_up)
        self.down = self._button("down", self._on_down)
        self.remove = self._button("trash", self._on_remove)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.caption, 1, Qt.AlignmentFlag.AlignBottom)
        for button in (self.up, self.down, self.remove):
            head.addWidget(button)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(units, 2)
        line.addWidget(activation, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(line)
        column.addWidget(self.mistake)
        for control in (units, activation):
            control.changed.connect(self.changed)
            control.committed.connect(self.committed)

    def _on_up(self) -> None:
        self.move_wanted.emit(self, -1)

    def _on_down(self) -> None:
        self.move_wanted.emit(self, 1)

    def _on_remove(self) -> None:
        self.remove_wanted.emit(self)

    def _button(self, name: str, act: Callable[[], None]) -> IconButton:
        button = IconButton(name, parent=self)
        button.clicked.connect(act)
        return button

    def value(self) -> dict[str, Any]:
        """Return the layer as plain data."""
        return {"units": self.units.value(), "activation": self.activation.value()}

    def set_value(self, data: dict[str, Any]) -> None:
        """Show a layer, without a signal."""
        self.units.set_value(data.get("units"))
        self.activation.set_value(data.get("activation", "sigmoid"))

    def show_refusals(self, why: Mapping[str, str]) -> None:
        """Say of each activation why it can't be used here, and what it computes."""
        assert isinstance(self.activation, ChoiceControl)
        for name, activation in ACTIVATIONS.items():
            sentence = spoken(why.get(name, ""))
            tip = "\n".join(filter(None, (sentence, activation.formula)))
            self.activation.combo.set_note(name, "not here" if sentence else "", tip)

    def set_place(self, number: int, n_hidden: int) -> None:
        """Tell which layer it is: hidden layers count from 1, the output is last."""
        output = number > n_hidden
        name = "Output" if output else f"Hidden {number}" if n_hidden > 1 else "Hidden"
        self.caption.setText(name)
        self.units.name(f"{name}: units", "Number of units.")
        self.activation.name(f"{name}: activation", "What a unit does with its weighted sum.")
        self.show_refusals({} if output else _LAST_ALONE)
        for button, words in (
            (self.up, "Move towards the input"),
            (self.down, "Move towards the output"),
            (self.remove, "Remove this layer"),
        ):
            button.setVisible(not output)
            button.explain(f"{name}: {words.lower()}")
        self.up.setEnabled(number > 1)
        self.down.setEnabled(number < n_hidden)


class NetworkPanel(Panel):
    """The layers from the first hidden one to the output, and the start weights.

    Its value has "network", "initialization" and, for pasted weights, "start".
    """

    title = "Network"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: list[LayerBox] = []
        self._layers = QVBoxLayout()
        self._layers.setSpacing(8)
        self.add_button = IconButton("plus", "Add a hidden layer", self)
        self.add_button.clicked.connect(self.add_layer)
        self._mistake = MistakeNote(self)
        self.start = ChoiceControl({**INITIALIZATIONS, PASTED: "Pasted weights"}, self)
        self._start_row = Row("Start weights", self.start, "How start weights are drawn.")
        self.lined_up.set_rows([self._start_row])
        self._initialization = self.start.value()
        self.pasted = QPlainTextEdit(self)
        self.pasted.setTabChangesFocus(True)
        self.pasted.setPlaceholderText("Paste numbers, with commas or spaces between")
        self.pasted.setAccessibleName("Pasted weights")
        self.given = Note(parent=self)
        self._start_mistake = MistakeNote(self)
        self._n_inputs: int | None = None
        self._outputs: int | None = None
        self.column.addLayout(self._layers)
        for widget in (
            self._mistake,
            self.add_button,
            self._start_row,
            self.pasted,
            self.given,
            self._start_mistake,
        ):
            self.column.addWidget(widget)
        self.start.changed.connect(self._on_start)
        self.pasted.textChanged.connect(self._on_pasted)
        self._quiet = False
        self._size()
        self.set_value({})

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the type."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._size()

    def value(self) -> dict[str, Any]:
        """Return plain data: "network", "initialization", and "start" if weights are pasted."""
        data: dict[str, Any] = {
            "network": {"layers": [box.value() for box in self.boxes]},
            "initialization": self._initialization,
        }
        if self.start.value() == PASTED:
            data["start"] = self._numbers()
        return data

    def set_value(self, data: dict[str, Any]) -> None:
        """Show a network and its start, without a signal."""
        layers = data.get("network", {}).get("layers") or [{"units": 1, "activation": "sigmoid"}]
        while len(self.boxes) > len(layers):
            self._drop(self.boxes[0])
        while len(self.boxes) < len(layers):
            self._insert(0)
        for box, layer in zip(self.boxes, layers, strict=True):
            box.set_value(layer)
        self._initialization = data.get("initialization", self._initialization)
        start = data.get("start")
        self.start.set_value(self._initialization if start is None else PASTED)
        if start is not None:
            self._quiet = True
            self.pasted.setPlainText(", ".join(map(number_text, start)))
            self._quiet = False
        self._arrange()

    def show_inputs(self, n_inputs: int, outputs: int) -> bool:
        """Take the numbers of inputs and of outputs that the data need.

        Returns
        -------
        bool
            The output layer had as many units as the data before needed, and follows.
        """
        follows = self._outputs not in (None, outputs)
        follows = follows and self.boxes[-1].units.value() == self._outputs
        self._n_inputs, self._outputs = n_inputs, outputs
        if follows:
            self.boxes[-1].units.set_value(outputs)
        self._say_given()
        return follows

    def show_refusals(self, why: Mapping[str, str]) -> None:
        """Say of each activation why the output can't have it; nothing of those that it can."""
        self.boxes[-1].show_refusals(why)

    def set_mistakes(self, mistakes: list[Mistake]) -> None:
        """Show each mistake at its layer, at the start, or below the layers."""
        rest = mistakes
        for i, box in enumerate(self.boxes):
            mine, rest = below(rest, f"network.layers[{i}]")
            words = {"units": "units", "activation": "activation"}
            sentences = [f"{words.get(m.path, '')} {m.message}".strip() for m in mine[:1]]
            box.mistake.say("".join(sentences))
        start, rest = below(rest, "start")
        self._start_mistake.say(start[0].message if start else "")
        initialization, rest = below(rest, "initialization")
        self._start_row.set_mistakes(initialization)
        output = [m for m in rest if m.message.startswith("the last layer")]
        if output:
            self.boxes[-1].mistake.say(output[0].message)
        others = [m for m in rest if m not in output]
        self._mistake.say(others[0].message if others else "")
        self._say_given()

    def summary(self) -> str:
        """Return the units of each layer, inputs first, and the number of weights."""
        units = [box.units.value() for box in self.boxes]
        shown = " – ".join(f"{n:,}" if isinstance(n, int) else "?" for n in units)
        if self._n_inputs is None:
            return shown
        n = self.n_weights()
        weights = "" if n is None else f" · {n:,} weights" if n != 1 else " · 1 weight"
        return f"{self._n_inputs:,} – {shown}{weights}"

    def n_weights(self) -> int | None:
        """Return the number of weights, if the layers make sense."""
        if self._n_inputs is None:
            return None
        try:
            layers = [Layer(units=box.units.value()) for box in self.boxes]
            return Network(layers=tuple(layers)).dim(self._n_inputs)
        except SpecError:
            return None

    def add_layer(self) -> None:
        """Add a hidden layer before the output."""
        box = self._insert(len(self.boxes) - 1)
        before = self.boxes[-3].value() if len(self.boxes) > 2 else None
        box.set_value(before or {"units": _NEW_UNITS, "activation": "sigmoid"})
        self._arrange()
        box.units.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell()

    def remove_layer(self, box: LayerBox) -> None:
        """Remove a hidden layer."""
        at = self.boxes.index(box)
        self._drop(box)
        self._arrange()
        after = self.boxes[at]
        target = after.remove if after.remove.isVisibleTo(self) else self.add_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell()

    def move_layer(self, box: LayerBox, by: int) -> None:
        """Move a hidden layer towards the input (-1) or the output (1)."""
        at = self.boxes.index(box)
        other = at + by
        if not 0 <= other < len(self.boxes) - 1:
            return
        moved, there = box.value(), self.boxes[other].value()
        box.set_value(there)
        self.boxes[other].set_value(moved)
        target = self.boxes[other]
        button = target.up if by < 0 else target.down
        if not button.isEnabled():
            button = target.down if by < 0 else target.up
        button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell()

    def label_at(self, path: str) -> str:
        """Return the layer's name."""
        for i, box in enumerate(self.boxes):
            if path.startswith(f"network.layers[{i}]"):
                return f"{box.caption.text()}: {path.rpartition('.')[2]}"
        return "Pasted weights" if path.startswith("start") else ""

    def _insert(self, at: int) -> LayerBox:
        box = LayerBox(self)
        box.changed.connect(self.changed)
        box.committed.connect(self.committed)
        box.move_wanted.connect(self.move_layer)
        box.remove_wanted.connect(self.remove_layer)
        self.boxes.insert(at, box)
        self._layers.insertWidget(at, box)
        return box

    def _drop(self, box: LayerBox) -> None:
        self.boxes.remove(box)
        self._layers.removeWidget(box)
        box.hide()
        box.deleteLater()

    def _arrange(self) -> None:
        before: QWidget | None = None
        for i, box in enumerate(self.boxes):
            box.set_place(i + 1, len(self.boxes) - 1)
            for part in (box.up, box.down, box.remove, box.units, box.activation):
                target = part.focusProxy() or part
                if before is not None:
                    QWidget.setTabOrder(before, target)
                before = target
        pasting = self.start.value() == PASTED
        for widget in (self.pasted, self.given):
            widget.setVisible(pasting)
        if not pasting:
            self._start_mistake.say("")
        self._say_given()

    def _size(self) -> None:
        self.pasted.setFixedHeight(self.fontMetrics().lineSpacing() * _FEW_LINES + 12)

    def _numbers(self) -> list[int | float | str]:
        return numbers(self.pasted.toPlainText())

    def _say_given(self) -> None:
        if self.start.value() != PASTED:
            return
        n, wanted = len(self._numbers()), self.n_weights()
        if wanted is None:
            self.given.say(f"{n:,} numbers")
        else:
            self.given.say(f"{n:,} of {wanted:,} numbers")

    def _on_start(self) -> None:
        if self.start.value() != PASTED:
            self._initialization = self.start.value()
        self._arrange()
        self._tell()

    def _on_pasted(self) -> None:
        if not self._quiet:
            self._say_given()
            self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self.committed.emit()
