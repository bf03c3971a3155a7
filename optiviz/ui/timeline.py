"""The timeline: transport, figures at the playhead, speed, and the bar with its markers."""

import math
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.run import Failure, Run
from optiviz.engine.stopping import StopReason
from optiviz.ui.card import draw_ground
from optiviz.ui.icons import icon
from optiviz.ui.session import Session
from optiviz.ui.theme import current_theme
from optiviz.ui.worker import ReaderOf, now

_FASTEST = 1_000_000.0  # iterations a second; beyond it is as fast as it comes
_SPEED_STEPS = 120  # of the slider; the last one is as fast as it comes
_MARGIN = 8
_METRICS_REST = 0.1  # seconds between two requests for metrics at the playhead


class TimelineBar(QWidget):
    """The run from start to end, with what happened on it; a click or a drag moves the playhead.

    Signals
    -------
    sought : (int,)
    """

    sought = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._total = self._computed = self._k = 0
        self._improvements: np.ndarray = np.empty(0, dtype=np.int64)
        self._changes: tuple[int, ...] = ()
        self._number = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(400, round(38 * current_theme().scale))

    def show_run(self, run: Run | None, number: int, k: int, total: int) -> None:
        """Show a run with the playhead at iteration k."""
        computed = max(0, run.trace.last_k) if run is not None else 0
        changes = tuple(change.at for change in run.spec.changes) if run is not None else ()
        state = (total, computed, k, changes, number)
        if state == (self._total, self._computed, self._k, self._changes, self._number):
            return
        self._total, self._computed, self._k, self._changes, self._number = state
        self._improvements = run.trace.improvements if run is not None else np.empty(0, np.int64)
        described = f"Iteration {k:,} of {total:,}"
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)
        self.update()

    def _x(self, k: float) -> float:
        width = self.width() - 2 * _MARGIN
        return _MARGIN + width * (k / self._total if self._total else 0.0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, scale = current_theme().colour, current_theme().scale
        y = self.height() - 11 * scale
        groove, thick = 2.0 * scale, 4.0 * scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours("line"))
        whole = QRectF(_MARGIN, y - thick / 2, self.width() - 2 * _MARGIN, thick)
        painter.drawRoundedRect(whole, groove, groove)
        if self._total:
            faint = colours("accent")
            faint.setAlphaF(0.30)
            painter.setBrush(faint)
            part = QRectF(whole)
            part.setRight(self._x(self._computed))
            painter.drawRoundedRect(part, groove, groove)
            painter.setBrush(colours("accent"))
            part.setRight(self._x(self._k))
            painter.drawRoundedRect(part, groove, groove)
            self._draw_markers(painter, y)
        handle = QPointF(self._x(self._k), y)
        if self.hasFocus():
            painter.setBrush(current_theme().colour("accent", 0.25))
            painter.drawEllipse(handle, 10 * scale, 10 * scale)
        painter.setPen(QPen(colours("accent"), 2 * scale))
        painter.setBrush(colours("card"))
        painter.drawEllipse(handle, 6 * scale, 6 * scale)

    def _draw_markers(self, painter: QPainter, y: float) -> None:
        """Draw improvements as ticks, one a pixel at most, and changes as diamonds."""
        scale = current_theme().scale
        bottom, height = y - 10 * scale, 11 * scale
        columns = np.unique(np.round([self._x(k) for k in _thinned(self._improvements)]))
        painter.setPen(QPen(current_theme().colour(f"run:{self._number}"), 1.0 * scale))
        for x in columns.tolist():
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom - height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().colour("accent"))
        for k in self._changes[-500:]:
            at, half = QPointF(self._x(k), bottom - height / 2), 5 * scale
            painter.drawPolygon(
                [
                    at + QPointF(0, -half),
                    at + QPointF(half, 0),
                    at + QPointF(0, half),
                    at + QPointF(-half, 0),
                ]
            )

    def _seek(self, x: float) -> None:
        width = max(1, self.width() - 2 * _MARGIN)
        share = min(max(0.0, (x - _MARGIN) / width), 1.0)
        self.sought.emit(round(share * self._total))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())


def _thinned(ks: np.ndarray) -> np.ndarray:
    return ks[:: max(1, len(ks) // 4000)]


class Timeline(QFrame):
    """Transport buttons, figures, speed and the bar, for one session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._metrics_number = -1
        self._metrics_at = 0.0
        self._metrics_for: tuple[int, int, int] | None = None
        self._metrics: dict[str, float] = {}
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout()
        row.setSpacing(4)
        for name, text, act in (
            ("to-start", "To the start (Home)", self._to_start),
            ("step-back", "One iteration back (Left)", self._back),
            ("play", "Play (Space)", session.toggle),
            ("step-forward", "One iteration forward (Right)", self._forward),
            ("to-end", "To the end (End)", self._to_end),
        ):
            button = QToolButton(self)
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.clicked.connect(act)
            self._buttons[name] = button
            row.addWidget(button)
        self._figures = QLabel(self)
        self._figures.setTextFormat(Qt.TextFormat.RichText)
        self._figures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._figures.installEventFilter(self)
        row.addSpacing(8)
        row.addWidget(self._figures, 1)
        self._speed_text = QLabel(self)
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.bar)
        session.frame.connect(self._draw)
        session.worker.answered.connect(self._answered)
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
        self._speed_text.setFixedWidth(metrics.horizontalAdvance("999,999 it/s") + 8)
        self.bar.updateGeometry()
        self.bar.update()

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
        self.bar.show_run(run, entry.number if entry else 0, session.k, session.total)
        if session.playing != self._playing_icon:
            self._playing_icon = session.playing
            button = self._buttons["play"]
            button.setIcon(icon("pause" if session.playing else "play"))
            button.setToolTip("Pause (Space)" if session.playing else "Play (Space)")
        for control in (*self._buttons.values(), self.speed, self.bar):
            control.setEnabled(run is not None)
        if not session.speed_chosen:
            self.speed.blockSignals(True)
            self.speed.setValue(_slider_at(session.usual_speed))
            self.speed.blockSignals(False)
        speed = session.speed if session.speed_chosen else session.usual_speed
        self._speed_text.setText("fastest" if speed is None else _per_second(speed))
        self._figures.setText(self._words())
        if run is not None and run.trace.last_k >= 0:
            self._ask_metrics(run, min(session.k, run.trace.last_k))

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

        self._metrics_number = self._session.worker.request(self, measure)

    def _answered(self, key: object, number: int, result: object) -> None:
        if key is not self or number != self._metrics_number:
            return
        self._metrics_number = -1
        self._metrics = {} if isinstance(result, Failure) else dict(result)  # type: ignore[call-overload]
        self._figures.setText(self._words())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say as much as there is room for now."""
        if watched is self._figures and event.type() in (
            QEvent.Type.Resize,
            QEvent.Type.FontChange,
        ):
            self._figures.setText(self._words())
        return False

    def _words(self) -> str:
        session = self._session
        if session.focus is None:
            return "Nothing has run yet."
        run = session.focus.run
        if run.trace.last_k < 0:
            return "Making data…" if run.failure is None else "The run failed."
        k = min(session.k, run.trace.last_k)
        needed = [f"iteration <b>{k:,}</b>"]
        for score, before in (("accuracy", ""), ("r2", "R² ")):
            for part in ("train", "test"):
                if f"{part}_{score}" in self._metrics:
                    value = self._metrics[f"{part}_{score}"]
                    needed.append(f"{before}{part} <b>{value:.3f}</b>")
        more = [f"of {session.total:,}"]
        row = run.trace.rows(k, k + 1)
        if row is not None:
            scored = int(row.evaluations[0])
            more.append(f"scored {scored:,} time{'s' * (scored != 1)}")
        more.append(f"{float(run.trace.seconds(np.array([k]))[0]):.2f} s")
        while more and self._width([*needed, *more]) > self._figures.width():
            more.pop()
        while len(needed) > 1 and self._width(needed) > self._figures.width():
            needed.pop()
        first = " ".join([needed[0], *more[:1]])
        parts = [first, *more[1:], *needed[1:]]
        reason = run.stop_reason
        if reason and reason is not StopReason.ITERATIONS and k == run.trace.last_k:
            told = [*parts, reason.value]
            parts = told if self._width(told) <= self._figures.width() else parts
        return " · ".join(parts)

    def _width(self, parts: list[str]) -> int:
        plain = " · ".join(parts).replace("<b>", "").replace("</b>", "")
        return round(1.1 * self._figures.fontMetrics().horizontalAdvance(plain))


def _speed_at(value: int) -> float:
    return float(10 ** (value / (_SPEED_STEPS - 1) * math.log10(_FASTEST)))


def _slider_at(speed: float) -> int:
    share = math.log10(min(max(1.0, speed), _FASTEST)) / math.log10(_FASTEST)
    return round(share * (_SPEED_STEPS - 1))


def _per_second(speed: float) -> str:
    return f"{speed:,.0f} it/s" if speed >= 10 else f"{speed:.1f} it/s"
