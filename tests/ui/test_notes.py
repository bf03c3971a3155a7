"""Notes are read whole, however wide the card is."""

from optiviz.ui.canvas.notes import NotesPane
from optiviz.views.figure import Note


def test_a_note_is_whole_when_its_card_has_become_narrower(qtbot):
    pane = NotesPane()
    qtbot.addWidget(pane)
    words = "With other seeds the median would lie between these two values. " * 4
    pane.resize(900, 400)
    pane.show()
    qtbot.waitExposed(pane)
    for name in ("Adam", "L-BFGS"):  # the second is written into rows that are wide already
        pane.set_notes((Note(f"{name} is ahead.", words, large=True), Note(name, words)))
        qtbot.wait(30)
    for width in (300, 700, 260):
        pane.resize(width, 400)
        qtbot.wait(30)
        for row in pane.rows():
            assert row.height() == row.heightForWidth(row.width())


def test_what_counts_most_is_larger(qtbot):
    pane = NotesPane()
    qtbot.addWidget(pane)
    pane.set_notes((Note("The same words.", "", large=True), Note("The same words.", "")))
    large, usual = pane.rows()
    assert large.heightForWidth(400) > 1.1 * usual.heightForWidth(400)
