"""Somebody at the real window, with a mouse and keys, and with an eye on what goes wrong."""

import faulthandler
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMimeData,
    QObject,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QUrl,
)
from PySide6.QtGui import QAction, QDropEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSlider,
    QTabBar,
    QWidget,
    QWidgetAction,
)

from optiviz import presets
from optiviz.engine import registry
from optiviz.engine.parameters import fields
from optiviz.engine.run import Failure
from optiviz.ui.file_dialog import FileDialog
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme
from optiviz.ui.view_card import ViewCard
from optiviz.ui.workspace import Workspace
from tests.torture import watching

_ENDS = 15.0  # seconds in which a window that waits for a file is closed
_HANGS = 120.0  # seconds after which the stacks are printed and the process ends
_KEPT = ("SpecError", "StoreError")  # errors that are sentences for users

_PLAIN, _CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_KEYS = (
    *((key, _PLAIN) for key in (
        Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End,
        Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_L, Qt.Key.Key_BracketLeft,
        Qt.Key.Key_BracketRight, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_F2,
        Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
        Qt.Key.Key_Backspace, Qt.Key.Key_7,
    )),
    *((key, _CONTROL) for key in (
        Qt.Key.Key_B, Qt.Key.Key_R, Qt.Key.Key_T, Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Minus,
        Qt.Key.Key_Z, Qt.Key.Key_D, Qt.Key.Key_H, Qt.Key.Key_K, Qt.Key.Key_C, Qt.Key.Key_A,
        Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_5, Qt.Key.Key_9,
        Qt.Key.Key_S, Qt.Key.Key_O, Qt.Key.Key_E, Qt.Key.Key_Return,
    )),
    *((key, _SHIFT) for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Tab)),
    (Qt.Key.Key_V, _ALT),
)  # fmt: skip
_OF_STUDY = ("run", "cancel", "more", "seeds", "open", "usual", "save", "report", "csv", "show")

WidgetT = TypeVar("WidgetT", bound=QWidget)
ThingT = TypeVar("ThingT")


_FILE_DIALOGS = ("target", "several", "one")


class _Shared:
    """What stays from one visit to the next."""

    watch: watching.Watch
    folder: Path


def one_of(things: Sequence[ThingT], i: int) -> ThingT | None:
    """Return one of some things, whatever the number."""
    return things[i % len(things)] if things else None


@contextmanager
def watched(patience: float) -> Iterator[watching.Watch]:
    """Watch every visit in the block; files that are written go to a passing folder."""
    watching.application()
    _Shared.watch = watching.Watch(patience)
    _Shared.folder = Path(tempfile.mkdtemp(prefix="optiviz-visits-"))
    broken = _Shared.folder / "broken.optiviz"
    broken.write_bytes(b"PK\x03\x04 not a run")
    (_Shared.folder / "table.csv").write_text("step,loss\n0,1\n1,0.5\n2,nan\n", encoding="utf-8")
    (_Shared.folder / "empty.csv").write_text("", encoding="utf-8")
    (_Shared.folder / "notes.txt").write_text("hello", encoding="utf-8")
    try:
        with _Shared.watch.watching():
            yield _Shared.watch
    finally:
        faulthandler.cancel_dump_traceback_later()
        shutil.rmtree(_Shared.folder, ignore_errors=True)


def spin(milliseconds: float) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(milliseconds), loop.quit)
    loop.exec()


class Heartbeat:
    """Notes how far apart the beats of a timer in the window's thread are, in seconds."""

    def __init__(self, milliseconds: int) -> None:
        self.gaps: list[float] = []
        self._then = 0.0
        self._timer = QTimer()
        self._timer.setInterval(milliseconds)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin anew."""
        self.gaps, self._then = [], time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """End it."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._then)
        self._then = now


class Visitor:
    """One visit: a new window, until it is left.

    Attributes
    ----------
    window : MainWindow
    longest : float
        The longest stall so far, in seconds.
    """

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="optiviz-home-", dir=_Shared.folder))
        os.environ["OPTIVIZ_HOME"] = str(self._home)
        self._watch = _Shared.watch
        self._watch.troubles.clear()
        self._watch.wake(self._watch.patience)
        self._pick = self._handled = self._written = 0
        self._timers = watching.active_timers()
        self._threads = watching.running_threads()
        self._processes = set(watching.child_processes())
        self._ended = False
        self._file_dialogs = [getattr(FileDialog, name) for name in _FILE_DIALOGS]
        for name, answer in zip(_FILE_DIALOGS, self._answers(), strict=True):
            setattr(FileDialog, name, staticmethod(answer))
        current_theme().name, current_theme().scale = "light", 1.0
        self.window = MainWindow()
        self.window.worker.went_wrong.connect(self._failed)
        self.window.resize(1366, 768)
        self.window.show()
        self._answer_later()

    @property
    def longest(self) -> float:
        """The longest stall so far, in seconds."""
        return self._watch.longest

    @property
    def space(self) -> Workspace:
        """The workspace of runs that is in front, or Train."""
        return self.window.runs_workspace

    @property
    def computes(self) -> bool:
        """Whether something is being computed."""
        homes = (self.window.train, self.window.functions)
        return any(home.session.computing for home in homes) or self.window.compare.runner.running

    # Each act

    def do(self, act: Callable[[], object], milliseconds: int) -> None:
        """Do something, let the window work, and look whether anything went wrong."""
        faulthandler.dump_traceback_later(_HANGS, exit=True)
        self._handled = 0
        self._watch.alive()
        act()
        self._watch.alive()
        spin(milliseconds)
        self._watch.alive()
        self._see()

    def _see(self) -> None:
        """Fail if anything went wrong, also what nobody would have been told."""
        said = [self.window.messages.text]
        said += [label.text() for label in self.window.findChildren(QLabel) if label.isVisible()]
        for home in (self.window.train, self.window.functions):
            for entry in home.session.entries:
                if entry.run.failure is not None:
                    self._failed(entry.run.failure)
            for card in home.grid.cards:
                figure = card.canvas.figure()
                if figure is not None:
                    said += [figure.empty, figure.caption, figure.warning]
        for text in said:
            if watching.looks_like_a_defect(text):
                self._watch.troubles.append(f"on screen: {text}")
        if self._watch.troubles:
            first, *more = self._watch.troubles
            others = f"\n({len(more)} more)" if more else ""
            self._watch.troubles.clear()
            raise AssertionError(first + others)

    def _failed(self, failure: Failure) -> None:
        """Take failures that are no sentences for users as defects."""
        last = failure.details.strip().rpartition("\n")[2]
        name = last.partition(":")[0].rpartition(".")[2]
        if failure.details and name not in _KEPT:
            self._watch.troubles.append(f"{failure.sentence}\n{failure.details}")

    # Menus and dialogs that wait for an answer

    def _answer_later(self) -> None:
        if not self._ended:
            QTimer.singleShot(15, self._answer)

    def _answer(self) -> None:
        self._answer_later()  # first: what comes now may wait for an answer in its turn
        self._watch.alive()
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        asks = popup or modal
        if asks is None or asks in (
            self.window.train.weight_editor,
            self.window.functions.weight_editor,
        ):
            return
        self._handled += 1
        if self._handled > 8:
            asks.close()
        elif isinstance(asks, QMenu):
            self._choose_from(asks)
        elif isinstance(asks, QDialog) and popup is None:
            button = one_of(self._seen(QPushButton, asks), self._pick + self._handled)
            if button is not None and self._handled < 4:
                button.click()
            else:
                asks.reject()
        else:
            key = Qt.Key.Key_Down if self._pick % 3 > self._handled else Qt.Key.Key_Return
            QTest.keyClick(QApplication.focusWidget() or asks, key)

    def _choose_from(self, menu: QMenu) -> None:
        actions = [
            action
            for action in menu.actions()
            if action.isVisible() and action.isEnabled() and not action.isSeparator()
            if not isinstance(action, QWidgetAction)
        ]
        action = one_of(actions, self._pick // 3)
        if action is None or self._pick % 4 == 0:
            QTest.keyClick(menu, Qt.Key.Key_Escape)
        else:
            menu.setActiveAction(action)
            QTest.keyClick(menu, Qt.Key.Key_Return)

    def _where_to_save(self, parent: object, title: str, start: str, kinds: str) -> tuple[str, str]:
        self._written += 1
        if self._pick % 5 == 0:
            return "", ""
        kind = kinds.split(";;")[self._pick % len(kinds.split(";;"))]
        return str(_Shared.folder / f"{self._written % 4} {Path(start).name}"), kind

    def _what_to_open(self, *_: object) -> list[str]:
        path = one_of(self._files(), self._pick)
        return [str(path)] if path is not None else []

    def _which_to_open(self, *_: object) -> str:
        return "".join(self._what_to_open())

    def _answers(self) -> tuple[Callable[..., object], ...]:
        return self._where_to_save, self._what_to_open, self._which_to_open

    def _files(self) -> list[Path]:
        return sorted(path for path in _Shared.folder.iterdir() if path.is_file())

    # What is seen

    def _seen(self, kind: type[WidgetT], within: QWidget | None = None) -> list[WidgetT]:
        """Return the widgets of a kind that can be used now."""
        found = (within or self._front()).findChildren(kind)
        return [w for w in found if w.isVisible() and w.isEnabled() and w.width() > 3]

    def _front(self) -> QWidget:
        """Return the window in front: a dialog that is open beside the main window, if any."""
        dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        shown = [w for w in dialogs if w.isVisible()]
        return shown[0] if shown and self._pick % 2 else self.window

    def _card(self, i: int) -> ViewCard | None:
        cards = [card for card in self.window.workspace.grid.cards if card.isVisible()]
        found: ViewCard | None = one_of(cards, i)
        return found

    def _focus_or_window(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    # Acts

    def demonstrate(self, i: int) -> None:
        name = one_of(presets.names(), i)
        assert name is not None
        self.window.demonstrate(name)

    def run_or_stop(self) -> None:
        button = self.space.launch.run_button
        if button.isVisible():
            QTest.mouseClick(button, _LEFT)

    def run_for_long(self) -> None:
        spec = self.space.setup.spec()
        if spec is not None and not self.space.session.computing:
            long = spec.stopping.replace(max_iterations=10**9)
            self.space.setup.set_spec(spec.replace(stopping=long))
            self.space.run()

    def run_beside(self) -> None:
        if self.space.launch.beside_button.isEnabled():
            self.space.run_beside()

    def choose(self, i: int, j: int) -> None:
        combo = one_of(self._seen(QComboBox), i)
        if combo is not None and combo.count():
            combo.setFocus()
            steps = j % min(combo.count(), 12)
            for _ in range(steps):
                QTest.keyClick(combo, Qt.Key.Key_Down)
            combo.activated.emit(combo.currentIndex())

    def type_in(self, i: int, text: str, enter: bool) -> None:
        edits = [e for e in self._seen(QLineEdit) if not e.isReadOnly()]
        edit = one_of(edits, i)
        if edit is not None:
            edit.setFocus()
            edit.selectAll()
            if text:
                for letter in text:  # QTest knows no letters but those of ASCII
                    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
                        event = QKeyEvent(kind, Qt.Key.Key_unknown, _PLAIN, letter)
                        QApplication.sendEvent(edit, event)
            else:
                QTest.keyClick(edit, Qt.Key.Key_Delete)
            if enter:
                spinner = edit.parent()
                target = spinner if isinstance(spinner, QAbstractSpinBox) else edit
                QTest.keyClick(target, Qt.Key.Key_Return)

    def slide(self, i: int, at: float) -> None:
        slider = one_of(self._seen(QSlider), i)
        if slider is not None:
            low, high = slider.minimum(), slider.maximum()
            slider.setSliderDown(True)
            slider.setValue(round(low + at * (high - low)))
            slider.setSliderDown(False)

    def unfold(self, i: int) -> None:
        tab = self.window.workspace
        cards = list(getattr(getattr(tab, "setup", None), "_cards", {}).values())
        card = one_of(cards, i)
        if card is not None:
            card.set_folded(not card.folded())

    def press_a_button(self, i: int, pick: int) -> None:
        self._pick = pick
        button = one_of(self._seen(QAbstractButton), i)
        if button is not None:
            QTest.mouseClick(button, _LEFT)

    def press_a_key(self, i: int, times: int) -> None:
        key, modifiers = _KEYS[i % len(_KEYS)]
        for _ in range(times):
            QTest.keyClick(self._focus_or_window(), key, modifiers)

    def click_somewhere(self, i: int, x: float, y: float, pick: int) -> None:
        self._pick = pick
        widget = one_of(self._seen(QWidget), 7 * i + pick)
        if widget is None:
            return
        at = QPoint(round(x * (widget.width() - 1)), round(y * (widget.height() - 1)))
        QTest.mouseMove(widget, at)
        if pick % 7 == 0:
            QTest.mouseDClick(widget, _LEFT, pos=at)
        else:
            QTest.mouseClick(widget, _RIGHT if pick % 5 == 0 else _LEFT, pos=at)

    def seek(self, share: float) -> None:
        session = self.space.session
        session.seek(round(share * session.last_k))

    def drag_on_the_timeline(self, start: float, end: float, shift: bool) -> None:
        bar = self.space.timeline.bar
        if bar.isVisible():
            self._drag(bar, (start, 0.5), (end, 0.5), _SHIFT if shift else _PLAIN)

    def _drag(
        self,
        widget: QWidget,
        begin: tuple[float, float],
        end: tuple[float, float],
        modifiers: Qt.KeyboardModifier = _PLAIN,
    ) -> None:
        def at(share: float) -> QPointF:
            x = begin[0] + share * (end[0] - begin[0])
            y = begin[1] + share * (end[1] - begin[1])
            return QPointF(x * (widget.width() - 1), y * (widget.height() - 1))

        kinds = QMouseEvent.Type
        for kind, share, button, buttons in (
            (kinds.MouseButtonPress, 0.0, _LEFT, _LEFT),
            (kinds.MouseMove, 0.3, Qt.MouseButton.NoButton, _LEFT),
            (kinds.MouseMove, 0.7, Qt.MouseButton.NoButton, _LEFT),
            (kinds.MouseMove, 1.0, Qt.MouseButton.NoButton, _LEFT),
            (kinds.MouseButtonRelease, 1.0, _LEFT, Qt.MouseButton.NoButton),
        ):
            where = at(share)
            event = QMouseEvent(kind, where, widget.mapToGlobal(where), button, buttons, modifiers)
            QApplication.sendEvent(widget, event)
            QCoreApplication.processEvents()

    def toggle_a_view(self, i: int) -> None:
        grid = self.window.workspace.grid
        view = one_of(grid.views(), i)
        if view is not None:
            grid.toggle(view.kind)

    def arrange(self, i: int, what: str) -> None:
        card, grid = self._card(i), self.window.workspace.grid
        if card is None:
            return
        if what == "expand":
            card.expand_requested.emit()
        elif what == "close":
            card.close_requested.emit()
        elif what == "usual":
            grid.usual()
        elif (view := one_of(grid.views(), i // 3)) is not None:
            grid.put(view.kind, card)

    def drag_in_a_plot(self, i: int, x: float, y: float, to_x: float, to_y: float) -> None:
        card = self._card(i)
        if card is not None:
            inside = [w for w in self._seen(QWidget, card.canvas) if w.width() > 60]
            target = one_of(inside, i // 5)
            if target is not None:
                self._drag(target, (x, y), (to_x, to_y))

    def turn_the_wheel(self, i: int, x: float, y: float, by: int) -> None:
        card = self._card(i)
        widget = one_of(self._seen(QWidget, card), i // 4) if card is not None else None
        if widget is not None:
            at = QPointF(x * widget.width(), y * widget.height())
            event = QWheelEvent(
                at, widget.mapToGlobal(at), QPoint(0, 0), QPoint(0, by),
                Qt.MouseButton.NoButton, _PLAIN, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(widget, event)

    def click_a_spot(self, i: int, pick: int) -> None:
        card = self._card(i)
        figure = card.canvas.figure() if card is not None else None
        if card is None or figure is None or not figure.spots:
            return
        spots = figure.spots[pick % len(figure.spots)]
        if len(spots.x):
            k = pick % len(spots.x)
            plot = card.canvas.plot()
            at = plot.pixel_of(spots.x[k], spots.y[k]).toPoint()
            QTest.mouseMove(plot.viewport(), at)
            QTest.mouseClick(plot.viewport(), _LEFT, pos=at)

    def set_a_view(self, i: int, j: int, k: int) -> None:
        card = self._card(i)
        form = card._form if card is not None else None
        if card is None or form is None:
            return
        field = one_of([f for f in fields(type(card.view)) if f.name in form.names()], j)
        if field is None:
            return
        param, value = field.param, None
        if param.choices:
            value = one_of(list(param.choices), k)
        elif isinstance(field.default, bool):
            value = bool(k % 2)
        elif isinstance(field.default, int | float):
            ends = [end for end in (param.ge, param.le, field.default, 1, 3) if end is not None]
            value = one_of(ends, k)
        if value is not None:
            form.control(field.name).set_value(value)
            form.changed.emit()

    def do_with_runs(self, i: int, n: int, what: int) -> None:
        runs, entries = self.space.runs, self.space.session.entries
        if not entries:
            return
        runs.select([entries[(i + j) % len(entries)] for j in range(min(n, len(entries)))])
        self._pick = what
        names = list(runs.actions_of_runs)
        action: QAction = runs.actions_of_runs[names[what % len(names)]]
        if what % 11 == 0:
            runs.show_all()
        elif action.isEnabled():
            action.trigger()

    def undo(self) -> None:
        if self.space.runs.undo_action.isEnabled():
            self.space.runs.undo_action.trigger()

    def edit_a_weight(self, i: int, text: str, beside: bool) -> None:
        focus, editor = self.space.session.focus, self.space.weight_editor
        if focus is None or not focus.ready or not self.space.isVisible():
            return
        editor.ask(i % focus.run.spec.problem.dim)
        if editor.isVisible():
            editor.field.setText(text)
            QTest.mouseClick(editor.beside if beside else editor.here, _LEFT)
            if editor.isVisible():
                QTest.keyClick(editor, Qt.Key.Key_Escape)

    def branch(self, i: int, begin: bool, point: bool) -> None:
        panel = self.space.branching
        if not self.space.isVisible():
            return
        if not panel.isVisible():
            self.space.timeline.branch_wanted.emit()
            spin(60)
        if panel.isVisible():
            combo = panel.algorithm.form.combo
            if i % 3:
                rows = [row for row in range(combo.count()) if combo.itemData(row) is not None]
                combo.setCurrentIndex(rows[i % len(rows)])
            if point and panel.edit_button.isEnabled():
                panel.edit_button.click()
            if begin and panel.run_button.isEnabled():
                panel.run_button.click()

    def race(self, i: int, n: int, begin: bool) -> None:
        if not self.space.isVisible():
            return
        self.space.open_race()
        panel = self.space.racing.panel
        if panel is None or not panel.isVisible():
            return
        tree = panel.choice.tree
        for j in range(n):
            group = tree.topLevelItem((i + j) % max(1, tree.topLevelItemCount()))
            item = group.child(i % group.childCount()) if group and group.childCount() else group
            if item is not None and item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
                on = item.checkState(0) is Qt.CheckState.Checked
                item.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
                tree.setCurrentItem(item)
        if begin and panel.start_button.isEnabled():
            panel.start_button.click()
        elif i % 2:
            QTest.keyClick(panel, Qt.Key.Key_Escape)

    def write_a_file(self, what: str, i: int) -> None:
        self._pick = i
        doors = self.window.doors
        if what == "runs":
            doors.save_dialog()
        elif what == "report":
            doors.export_dialog("html")
        elif what == "csv":
            doors.export_dialog("csv")
        elif (card := self._card(i)) is not None:
            self.window.files.picture_dialog(card)
        panel = self.window.exporting.panel
        if panel is not None and panel.isVisible():
            panel.export()
            if i % 3 == 0:
                panel.cancel_button.click()
            if i % 2:
                panel.dismiss()

    def open_a_file(self, i: int, how: str) -> None:
        path = one_of(self._files(), i)
        if path is None:
            return
        if how == "open":
            self._pick = i
            self.window.files.open_dialog()
            return
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, _LEFT, _PLAIN)
        QApplication.sendEvent(self.window, event)

    def add_to_the_study(self, i: int, what: str) -> None:
        panel = self.window.compare.setup.configurations
        if len(panel.configurations()) > 5:
            panel.remove()
        elif what == "algorithm":
            cls = one_of(list(registry.kinds("optimizers").values()), i)
            assert cls is not None
            panel.add_algorithm(cls)
        else:
            panel.add_from(what.capitalize())

    def do_in_compare(self, what: int, i: int) -> None:
        compare = self.window.compare
        name = _OF_STUDY[what % len(_OF_STUDY)]
        self._pick = i
        study = compare.setup.study()
        if name == "seeds":
            compare.setup.seeds.set_value({"count": 1 + i % 3})
            compare.setup._check()
        elif name == "run" and study is not None and study.size <= 40:
            self.window.bring(compare)
            compare.run()
        elif name == "cancel" and compare.runner.running:
            compare.run_or_cancel()
        elif name == "more" and study is not None and study.size <= 20:
            compare.add_seeds()
        elif name == "open" and compare.held.results is not None:
            compare.open_run(i % len(compare.held.results.study.runs))
        elif name == "usual":
            compare.grid.usual()
        elif name in ("save", "report", "csv"):
            self.window.bring(compare)
            self.write_a_file({"save": "runs"}.get(name, name), i)
        elif name == "show":
            places = compare.runs.source.keys() if compare.runs.source is not None else []
            if places:
                compare.select_runs(tuple(places[: 1 + i % 3]))

    def change_tab(self, i: int) -> None:
        bar: QTabBar = self.window.tabs
        QTest.mouseClick(bar, _LEFT, pos=bar.tabRect(i % bar.count()).center())

    def change_the_look(self, what: str) -> None:
        acts = {
            "theme": self.window.switch_theme,
            "larger": self.window.larger,
            "smaller": self.window.smaller,
            "usual": self.window.usual_size,
            "full": self.window.toggle_full_screen,
        }
        acts[what]()

    def resize(self, width: int, height: int) -> None:
        if not self.window.isFullScreen():
            self.window.resize(width, height)

    # Leaving

    def leave(self) -> None:
        """Close the window, whatever goes on, and look at what is left."""
        faulthandler.dump_traceback_later(_HANGS, exit=True)
        try:
            self._leave()
        finally:
            self._ended = True
            for name, dialog in zip(_FILE_DIALOGS, self._file_dialogs, strict=True):
                setattr(FileDialog, name, staticmethod(dialog))
            shutil.rmtree(self._home, ignore_errors=True)

    def _leave(self) -> None:
        window = self.window
        self._watch.alive()
        try:
            self._close(window)
        finally:  # else it would be there in the next walk, and be taken for what that one left
            self._ended = True
            self._watch.rest()
            window.hide()
            window.deleteLater()
            del window, self.window
            self._let_go()
        self._look_for_leftovers()

    def _close(self, window: MainWindow) -> None:
        """Close it as users do; from when it is hidden, nobody waits for its answer."""
        for dialog in QApplication.topLevelWidgets():
            if dialog is not window and dialog.isVisible():
                dialog.close()
        hidden = _Hidden(window, self._watch.rest)
        began = time.monotonic()
        window.close()
        while window.isVisible() and time.monotonic() - began < _ENDS:
            spin(50)
        if window.isVisible():  # it waits for a file, and who closes once more means it
            window.close()
        self._watch.alive()
        hidden.deleteLater()
        assert not window.isVisible(), f"the window stays open: {window.messages.text}"
        took = time.monotonic() - began
        assert took < 2 * _ENDS * watching.overload(), f"it took {took:.0f} s to end"
        self._see()
        assert not window.worker.isRunning(), "the worker goes on without a window"

    def _let_go(self) -> None:
        spin(20)  # what asks for menus has its last turn
        watching.collect()
        self._watch.alive()
        began = time.monotonic()
        while _windows() and time.monotonic() - began < 5:  # answers under way still name it
            spin(50)
            watching.collect()

    def _look_for_leftovers(self) -> None:
        assert not _windows(), "the window is still held after it was closed"
        threads = watching.running_threads() - self._threads
        assert not threads, f"threads that go on: {sorted(threads)}"
        timers = watching.active_timers()
        rest = [words for key, words in timers.items() if key not in self._timers]
        assert not rest, f"timers that go on: {rest}"
        processes = set(watching.child_processes()) - self._processes
        assert not processes, f"processes that go on: {sorted(processes)}"
        if self._watch.troubles:
            raise AssertionError(self._watch.troubles[0])


class _Hidden(QObject):
    """Calls something when a window is hidden."""

    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Hide:
            self._then()
        return False


def _windows() -> list[QWidget]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
