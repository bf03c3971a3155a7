"""When a card asks for its next picture: at once for who looks around, rarely while runs go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from optiviz import Run, RunSpec
from optiviz.engine.run import Reader
from optiviz.ui import view_card
from optiviz.ui.session import Session
from optiviz.ui.view_card import ViewCard
from optiviz.ui.worker import Worker
from optiviz.views.confusion import Confusion


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(view_card, "now", made)
    return made


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    worker = Worker()
    made = Session(worker)
    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 50)
    run = Run(spec).finish()
    reader = Reader(run)
    run.history.extend(reader)  # else a picture may wait for the clock, for what was measured since
    run.history.measure(reader, run.state_now.best_k)
    made.open([run])
    yield made
    worker.close()


@pytest.fixture
def card(qtbot: QtBot, session: Session) -> ViewCard:
    made = ViewCard(Confusion(), session)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the iterations at which pictures are asked for."""
    seen: list[int] = []
    request = Worker.request

    def noted(self: Worker, key: object, *more: Any, **named: Any) -> int:
        if isinstance(key, ViewCard):
            seen.append(session.k)
        return request(self, key, *more, **named)

    monkeypatch.setattr(Worker, "request", noted)
    return seen


def settle(qtbot: QtBot, session: Session, card: ViewCard) -> None:
    if not session.worker.isRunning():
        session.worker.start()
    qtbot.waitUntil(lambda: card.settled)


def test_jumps_are_followed_at_once(
    qtbot: QtBot, clock: Clock, session: Session, card: ViewCard, asked: list[int]
) -> None:
    for k in (5, 30, 12):
        session.seek(k)
        settle(qtbot, session, card)
    assert asked == [5, 30, 12]


def test_what_was_jumped_to_meanwhile_is_asked_for_without_waiting_for_a_frame(
    qtbot: QtBot, clock: Clock, session: Session, card: ViewCard, asked: list[int]
) -> None:
    for k in (5, 30, 12):
        session.seek(k)
    assert asked == [5]
    settle(qtbot, session, card)  # no frames are drawn: the session isn't activated
    assert asked == [5, 12]


def test_time_spent_waiting_for_others_is_no_reason_to_rest(
    qtbot: QtBot, clock: Clock, session: Session, card: ViewCard, asked: list[int]
) -> None:
    session.seek(5)
    clock.time += 20.0  # before the worker comes to it
    settle(qtbot, session, card)
    session.playing, session.speed = True, 1.0
    session.go_to(6)
    card.refresh()
    assert asked == [5, 6]


def test_while_playing_pictures_rest_for_what_all_of_them_take(
    qtbot: QtBot, clock: Clock, session: Session, card: ViewCard, asked: list[int]
) -> None:
    session.seek(5)
    settle(qtbot, session, card)
    session.costs["another card"] = 3.0
    session.playing, session.speed = True, 1.0
    session.go_to(6)
    for seconds, seen in ((2.9, [5]), (0.2, [5, 6])):
        clock.time += seconds
        card.refresh()
        assert asked == seen


def test_a_hidden_card_asks_for_nothing_and_costs_nothing(
    qtbot: QtBot, clock: Clock, session: Session, card: ViewCard, asked: list[int]
) -> None:
    session.seek(5)
    settle(qtbot, session, card)
    assert list(session.costs) == [card]
    card.hide()
    assert not session.costs
    session.seek(7)
    assert asked == [5]


def test_an_answer_to_an_older_question_is_not_drawn(
    card: ViewCard, session: Session, qtbot: QtBot
) -> None:
    """Else the picture jumps back to where the playhead was."""
    session.worker.start()
    session.frame.emit()
    qtbot.waitUntil(lambda: card.settled and not card.canvas.figure().empty)
    shown, stale = card.canvas.figure(), view_card.Failure("it is stale", "")
    card._answered(card._number - 1, stale)
    assert card.canvas.figure() is shown
    card._answered(card._number, stale)
    assert "it is stale" in card.canvas.figure().empty
