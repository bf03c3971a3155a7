"""The row above the bar: buttons, figures at the playhead, speed; and the keys of the timeline."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.analysis.runs.events import events
from optiviz.analysis.runs.stretches import Stretch, drift, measuring
from optiviz.engine.run import Failure, Run
from optiviz.engine.stopping import StopReason
from optiviz.engine.trace import SNAPSHOT_STRIDE
from optiviz.ui.card import draw_ground
from optiviz.ui.guard import guarded
from optiviz.ui.icons import icon
from optiviz.ui.plain import Label
from optiviz.ui.session import Session
from optiviz.ui.theme import current_theme
from optiviz.ui.timeline.bar import TimelineBar
from optiviz.ui.timeline.readout import Readout, Words
from optiviz.ui.worker import SLICE, ReaderOf, now

_SLOWEST = 0.2  # iterations a second: an iteration's lines can be followed
_FASTEST = 1_000_000.0  # beyond it is as fast as it comes
_SPEED_STEPS = 120  # of the slider; the last one is as fast as it comes
_METRICS_REST = 0.1  # seconds between two requests for metrics at the playhead
_DRIFTS_REST = 0.3  # and between two for the drift of flat stretches
_LOOP = "Loop a stretch (L); choose it with Shift and a drag below, or its ends with [ and ]"
_DRIFTS_COST = 0.05  # seconds of replay that may be spent on them while runs are computed


class Timeline(QFrame):
    """Transport buttons, figures, speed and the bar, for one session.

    Signals
    -------
    branch_wanted
        The user wants to try something else from the playhead on.
    """

    branch_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._metrics_number = -1
        self._metrics_at = 0.0
        self._metrics_for: tuple[int, int, int] | None = None
        self._metrics: dict[str, float] = {}
        self._drifts_at = 0.0
        self._drifts_for: tuple[object, set[Stretch]] = (None, set())
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout()
        row.setSpacing(4)
        for name, text, act in (
            ("to-start", "To the start (Home)", self._to_start),
            ("step-back", "One iteration back (Left)", self._back),
            ("play", "Play (Space)", session.toggle),
            ("step-forward", "One iteration forward (Right)", self._forward),
            ("to-end", "To the end (End)", self._to_end),
            ("loop", _LOOP, session.toggle_loop),
            ("branch", "Try something else from here (Ctrl+B)", self.branch_wanted.emit),
        ):
            button = QToolButton(self)
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.clicked.connect(act)
            self._buttons[name] = button
            if name == "loop":
                button.setCheckable(True)
                row.addSpacing(8)
            row.addWidget(button)
        self._figures = Readout(self)
        self._figures.installEventFilter(self)
        row.addSpacing(8)
        row.addWidget(self._figures, 1)
        self._speed_text = Label(self)
        self._speed_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.speed = QSlider(Qt.Orientation.Horizontal, self)
        self.speed.setRange(0, _SPEED_STEPS)
        self.speed.setFixedWidth(120)
        self.speed.setAccessibleName("Playing speed")
        self.speed.setToolTip(
            "Playing speed, in iterations a second; at its end, as fast as it comes"
        )
        self.speed.valueChanged.connect(self._speed_moved)
        row.addWidget(self._speed_text)
        row.addWidget(self.speed)
        self.bar = TimelineBar(self)
        self.bar.sought.connect(session.seek)
        self.bar.loop_wanted.connect(session.set_loop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.bar)
        session.frame.connect(self._draw)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self._draw()

    def _restyle(self) -> None:
        for name, button in self._buttons.items():
            button.setIcon(icon(name))
            size = round(16 * current_theme().scale)
            button.setIconSize(QSize(size, size))
        self._playing_icon = False
        metrics = self._speed_text.fontMetrics()
        width = metrics.horizontalAdvance(_per_second(_FASTEST)) + 8
        self._speed_text.setFixedSize(width, metrics.height() + 2)  # no other text moves anything
        self.bar.updateGeometry()
        self.bar.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        draw_ground(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        event.ignore()  # the window has the keys

    def _to_start(self) -> None:
        self._session.seek(0)

    def _to_end(self) -> None:
        self._session.seek(self._session.last_k)

    def _back(self) -> None:
        self._session.step(-1)

    def _forward(self) -> None:
        self._session.step(1)

    def _speed_moved(self, value: int) -> None:
        self._session.set_speed(None if value == _SPEED_STEPS else _speed_at(value))
        self._draw()

    def _draw(self) -> None:
        session = self._session
        if not self.isVisible():
            return
        entry = session.focus
        run = entry.run if entry is not None else None
        number = entry.number if entry else 0
        total, loop = session.total, session.loop
        self.bar.show_run(run, number, session.k, total, loop, session.within)
        self._buttons["loop"].setChecked(loop is not None)
        if session.playing != self._playing_icon:
            self._playing_icon = session.playing
            button = self._buttons["play"]
            button.setIcon(icon("pause" if session.playing else "play"))
            button.setToolTip("Pause (Space)" if session.playing else "Play (Space)")
        for control in (*self._buttons.values(), self.speed):
            control.setEnabled(run is not None)
        if not session.speed_chosen:
            self.speed.blockSignals(True)
            self.speed.setValue(_slider_at(session.usual_speed))
            self.speed.blockSignals(False)
        speed = session.speed if session.speed_chosen else session.usual_speed
        self._speed_text.setText("fastest" if speed is None else _per_second(speed))
        self._figures.show_parts(self._words())
        if run is not None and run.trace.last_k >= 0:
            self._ask_metrics(run, min(session.k, run.trace.last_k))
            self._ask_drifts(run)

    @property
    def branch_button(self) -> QToolButton:
        """The button that offers to try something else."""
        return self._buttons["branch"]

    # Keys

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means here, wherever the focus is; False if it means nothing."""
        session, modifiers = self._session, event.modifiers()
        modifiers &= ~Qt.KeyboardModifier.KeypadModifier
        plain, shift, control = (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.ShiftModifier,
            Qt.KeyboardModifier.ControlModifier,
        )
        acts: dict[tuple[int, Qt.KeyboardModifier], Callable[[], object]] = {
            (Qt.Key.Key_Left, control): partial(self.to_event, False),
            (Qt.Key.Key_Right, control): partial(self.to_event, True),
            (Qt.Key.Key_Left, shift): partial(session.step_within, -1),
            (Qt.Key.Key_Right, shift): partial(session.step_within, 1),
            (Qt.Key.Key_L, plain): session.toggle_loop,
            (Qt.Key.Key_BracketLeft, plain): session.loop_from_here,
            (Qt.Key.Key_BracketRight, plain): session.loop_to_here,
            (Qt.Key.Key_B, control): self.branch_wanted.emit,
        }
        # On some keyboards brackets need a modifier of their own.
        text = {"[": Qt.Key.Key_BracketLeft, "]": Qt.Key.Key_BracketRight}.get(event.text())
        act = acts.get((event.key(), modifiers)) or (acts[text, plain] if text else None)
        if act is None or session.focus is None:
            return False
        act()
        return True

    def to_event(self, forward: bool) -> None:
        """Go to the next improvement, change, restart or end of a flat stretch, or the last one."""
        focus = self._session.focus
        if focus is not None and focus.ready:
            k = events(focus.run).neighbour(self._session.k, forward)
            self._session.seek(k if k is not None else (self._session.last_k if forward else 0))

    # What is asked for

    def _ask_drifts(self, run: Run) -> None:
        """Have the drift of flat stretches measured where it isn't known yet."""
        if now() - self._drifts_at < _DRIFTS_REST:
            return
        self._drifts_at = now()
        busy, last = self._session.computing, max(1, run.trace.last_k)
        pace = run.seconds / last
        unknown = [
            stretch
            for stretch in self.bar.stretches
            if (known := drift(run, stretch)) is None or known.end not in (0, stretch.end)
            if not busy or pace * (SNAPSHOT_STRIDE + stretch.iterations) < _DRIFTS_COST
        ]
        asked = id(run), run.trace.generation, busy
        if asked == self._drifts_for[0] and set(unknown) <= self._drifts_for[1]:
            return  # it is on its way
        self._drifts_for = asked, set(unknown)

        def measure(reader_of: ReaderOf) -> Iterator[None]:
            reader, began = reader_of(run), now()
            for stretch in unknown:
                for _ in measuring(run, stretch, reader):
                    if not busy and now() - began > SLICE:
                        yield
                        began = now()
            yield

        self._session.worker.request(self.bar, measure)

    def _ask_metrics(self, run: Run, k: int) -> None:
        """Ask for the metrics at the playhead, one request at a time."""
        wanted = (id(run), run.trace.generation, k)
        waits = self._metrics_number >= 0 or now() - self._metrics_at < _METRICS_REST
        if wanted == self._metrics_for or waits:
            return
        self._metrics_at = now()
        self._metrics_for, follow = wanted, self._session.follows

        def measure(reader_of: ReaderOf) -> Mapping[str, float]:
            reader = reader_of(run)
            last = run.trace.last_k  # where the playhead follows the end, nothing is replayed
            return reader.stepper.problem.metrics(reader.state(last if follow else min(k, last)).x)

        self._metrics_number = self._session.worker.request(self, measure, then=self._answered)

    def _answered(self, number: int, result: object) -> None:
        if number != self._metrics_number:
            return
        self._metrics_number = -1
        self._metrics = {} if isinstance(result, Failure) else dict(result)  # type: ignore[call-overload]
        self._figures.show_parts(self._words())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say as much as there is room for now."""
        if watched is self._figures and event.type() == QEvent.Type.Resize:
            self._figures.show_parts(self._words())
        return False

    def _words(self) -> list[Words]:
        """Return the figures at the playhead, as many as there is room for."""
        session = self._session
        if session.focus is None:
            return [Words("Nothing has run yet.")]
        run = session.focus.run
        if run.trace.last_k < 0:
            return [Words("Making data…" if run.failure is None else "The run failed.")]
        k = min(session.k, run.trace.last_k)
        at = f"{k + session.within:,.2f}" if session.within else f"{k:,}"
        needed = [Words("iteration ", at)]
        for score, before in (("accuracy", ""), ("r2", "R² ")):
            for part in ("train", "test"):
                if f"{part}_{score}" in self._metrics:
                    value = self._metrics[f"{part}_{score}"]
                    needed.append(Words(f"{before}{part} ", f"{value:.3f}"))
        reason = run.stop_reason
        if reason and reason is not StopReason.ITERATIONS and k == run.trace.last_k:
            needed.insert(1, Words(reason.value))
        first = Words("iteration ", at, f" of {session.total:,}")
        more = []
        row = run.trace.rows(k, k + 1)
        if row is not None:
            scored = int(row.evaluations[0])
            more.append(Words(f"scored {scored:,} time{'s' * (scored != 1)}"))
        more.append(Words(f"{float(run.trace.seconds(np.array([k]))[0]):.2f} s"))
        while more and not self._figures.has_room_for([first, *more, *needed[1:]]):
            more.pop()
        if self._figures.has_room_for([first, *more, *needed[1:]]):
            return [first, *more, *needed[1:]]
        while len(needed) > 1 and not self._figures.has_room_for(needed):
            needed.pop()
        return needed


def _speed_at(value: int) -> float:
    return float(_SLOWEST * (_FASTEST / _SLOWEST) ** (value / (_SPEED_STEPS - 1)))


def _slider_at(speed: float) -> int:
    share = math.log(min(max(_SLOWEST, speed), _FASTEST) / _SLOWEST)
    return round(share / math.log(_FASTEST / _SLOWEST) * (_SPEED_STEPS - 1))


def _per_second(speed: float) -> str:
    return f"{speed:,.0f} it/s" if speed >= 10 else f"{speed:.1f} it/s"
