"""The bar of the timeline: where the playhead is, what happened when, and what is looped."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from optiviz.analysis.runs.events import NONE, Events, events
from optiviz.analysis.runs.stretches import Stretch
from optiviz.engine.run import Run
from optiviz.ui.guard import guarded
from optiviz.ui.plain import tip
from optiviz.ui.theme import current_theme
from optiviz.ui.timeline.drawing import BarDrawing, Lanes
from optiviz.ui.timeline.markers import Marker, placed, stretch_words, words_of

_MARGIN = 10
_NEAR = 6.0  # pixels, times the scale, from which a marker is meant
_NEAR_TICK = 2.0
_TICKS = 4000  # improvements that are looked at: more than there are pixels
_APART = 9.0  # pixels, times the scale, between markers

Grip = Literal["playhead", "start", "end", "range"]


class TimelineBar(QWidget):
    """The run from start to end, with what happened on it; a click or a drag moves the playhead.

    A click near a marker goes exactly there. Shift and a drag choose a stretch to loop, whose ends
    can then be dragged.

    Signals
    -------
    sought : (int,)
    loop_wanted : (object,)
        A stretch was chosen: its first and last iteration.
    """

    sought = Signal(int)
    loop_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: Run | None = None
        self._state: tuple[object, ...] = ()
        self._total = self._computed = self._k = self._number = 0
        self._within = 0.0
        self._loop: tuple[int, int] | None = None
        self._events: Events = NONE
        self._markers: list[Marker] = []
        self._placed_for: object = None
        self._hovered: Marker | Stretch | None = None
        self._grip: Grip | None = None
        self._anchor = 0  # where a stretch to loop was begun
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(400, round(Lanes.HEIGHT * current_theme().scale))

    def show_run(
        self,
        run: Run | None,
        number: int,
        k: int,
        total: int,
        loop: tuple[int, int] | None = None,
        within: float = 0.0,
    ) -> None:
        """Show a run with the playhead at iteration k."""
        computed = max(0, run.trace.last_k) if run is not None else 0
        found = events(run) if run is not None and run.trace.last_k >= 0 else NONE
        state = (run, total, computed, k, number, loop, within)
        if state == self._state and found is self._events:
            return
        self._state, self._run, self._events = state, run, found
        self._total, self._computed, self._k, self._number = total, computed, k, number
        self._loop, self._within = loop, within
        described = f"Iteration {k:,} of {total:,}"
        if loop is not None:
            described += f", looping {loop[0]:,} to {loop[1]:,}"
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)
        self.update()

    @property
    def markers(self) -> list[Marker]:
        """The markers as they stand now."""
        state = (id(self._events), self._total, self.width(), current_theme().scale)
        if state != self._placed_for:
            self._placed_for = state
            self._markers = placed(self._events, self.x_of, _APART * current_theme().scale)
        return self._markers

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The flat stretches that are shaded."""
        return self._events.stretches

    def x_of(self, k: float) -> float:
        """Return where an iteration is, in pixels."""
        return float(self.xs_of(np.array(k)))

    def xs_of(self, ks: NDArray[Any]) -> NDArray[np.float64]:
        """Return where iterations are, in pixels."""
        width = self.width() - 2 * _MARGIN
        shares: NDArray[np.float64] = np.minimum(ks / max(1, self._total), 1.0)
        return _MARGIN + width * shares

    def k_at(self, x: float) -> int:
        """Return the iteration at a place."""
        width = max(1, self.width() - 2 * _MARGIN)
        share = min(max(0.0, (x - _MARGIN) / width), 1.0)
        return round(share * self._total)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        drawing = BarDrawing(self, self.x_of, self._number)
        drawing.groove(self._computed, self._k + self._within, self._total > 0)
        if self._total:
            for stretch in self.stretches:
                drawing.stretch(stretch, stretch is self._hovered)
            if self._loop is not None:
                drawing.loop(*self._loop)
            improvements = self._events.improvements
            drawing.ticks(self.xs_of(improvements[:: max(1, len(improvements) // _TICKS)]))
            for marker in self.markers:
                drawing.marker(marker, marker is self._hovered)
        drawing.playhead(self._k + self._within, self.hasFocus())
        drawing.end()

    # What is pointed at

    def _marker_near(self, at: QPointF) -> Marker | None:
        scale = current_theme().scale
        if at.y() > Lanes.TICKS_TOP * scale + 4:
            return None
        near = [m for m in self.markers if abs(m.x - at.x()) <= _NEAR * scale]
        return min(near, key=lambda m: abs(m.x - at.x()), default=None)

    def _exact(self, at: QPointF) -> int:
        """Return the iteration that a click means: that of a marker or a tick, if one is near."""
        marker = self._marker_near(at)
        if marker is not None:
            return marker.k
        scale = current_theme().scale
        nearest = self.k_at(at.x())
        if Lanes.TICKS_TOP * scale <= at.y() <= Lanes.TICKS_BOTTOM * scale:
            ends = [k for s in self.stretches for k in (s.start, s.end)]
            ks = np.concatenate((self._events.improvements, np.array(ends, dtype=np.int64)))
            if len(ks):
                k = int(ks[np.abs(ks - nearest).argmin()])
                if abs(self.x_of(k) - at.x()) <= _NEAR_TICK * scale:
                    return k
        return nearest

    def _stretch_at(self, x: float) -> Stretch | None:
        inside = (s for s in self.stretches if self.x_of(s.start) <= x <= self.x_of(s.end))
        return next(inside, None)

    def words_at(self, at: QPointF) -> str:
        """Say what is at a place."""
        if self._run is None or not self._total:
            return ""
        marker = self._marker_near(at)
        if marker is not None:
            return words_of(marker, self._run)
        if self._grip_at(at) in ("start", "end") and self._loop is not None:
            return f"Loop from iteration {self._loop[0]:,} to {self._loop[1]:,}; L ends it"
        stretch = self._stretch_at(at.x())
        if stretch is not None:
            return stretch_words(stretch, self._run)
        return f"Iteration {self.k_at(at.x()):,}"

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip(self.words_at(QPointF(event.pos()))), self)
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._hover(None)

    def _hover(self, thing: Marker | Stretch | None) -> None:
        if thing is not self._hovered:
            self._hovered = thing
            self.update()

    # Dragging

    def _grip_at(self, at: QPointF) -> Grip:
        if self._loop is not None:
            places = [(abs(self.x_of(k) - at.x()), i) for i, k in enumerate(self._loop)]
            distance, i = min(places)
            on_handle = at.y() < Lanes.TICKS_TOP * current_theme().scale
            if distance <= _NEAR * current_theme().scale and not on_handle:
                near_playhead = abs(self.x_of(self._k) - at.x()) < distance
                return "playhead" if near_playhead else ("start", "end")[i]
        return "playhead"

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() != Qt.MouseButton.LeftButton or not self._total:
            return
        at = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._grip, self._anchor = "range", self.k_at(at.x())
            return
        self._grip = self._grip_at(at)
        if self._grip == "playhead":
            self.sought.emit(self._exact(at))
        elif self._loop is not None:
            self._anchor = self._loop[1 if self._grip == "start" else 0]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        at = event.position()
        if not event.buttons() & Qt.MouseButton.LeftButton or self._grip is None:
            grip = self._grip_at(at)
            ends = grip in ("start", "end")
            shape = Qt.CursorShape.SizeHorCursor if ends else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape)
            self._hover(self._marker_near(at) or self._stretch_at(at.x()))
        elif self._grip == "playhead":
            self.sought.emit(self.k_at(at.x()))
        else:
            loop = tuple(sorted((self._anchor, self.k_at(at.x()))))
            if loop[0] < loop[1]:
                self.loop_wanted.emit(loop)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._grip = None
