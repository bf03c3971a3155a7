"""The library's list: what it says of runs, which are found, and that 10,000 are no more work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import nan

import numpy as np
import pytest

from optiviz.store.history.words import is_resumable, status_words, warning_words
from optiviz.store.wording import size_words, when, whole_time
from optiviz.studies.listing import arrangement
from optiviz.ui.library.rows import COLUMNS, Rows, known_tags
from optiviz.ui.library.shelves import Order, Shelf, counts, found
from optiviz.ui.library.sparkline import heights
from optiviz.ui.library.tags import LONGEST, tag_of
from tests.ui.recorded import Kept, many

NOON = datetime(2025, 11, 21, 12, 0)


def rows_of(*items: Kept, deleted: tuple[Kept, ...] = ()):
    return Rows().of(items, deleted)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2025, 11, 21, 0, 3), "today 00:03"),
        (datetime(2025, 11, 20, 23, 59), "yesterday"),
        (datetime(2025, 11, 3, 14, 3), "3 Nov"),
        (datetime(2025, 12, 24, 14, 3), "24 Dec"),  # a clock that jumped
        (datetime(2023, 3, 1, 14, 3), "1 Mar 2023"),
    ],
)
def test_a_time_is_said_as_people_say_it(at, said):
    assert when(at.timestamp(), NOON) == said


@pytest.mark.parametrize("seconds", [nan, float("inf"), 1e300, -1e300])
def test_a_clock_that_says_nonsense_is_no_error(seconds):
    assert when(seconds, NOON) == "unknown"
    assert whole_time(seconds).endswith(".")


def test_words_are_english_in_every_locale(monkeypatch):
    at = datetime(2025, 3, 5, 14, 3).timestamp()
    assert whole_time(at) == "Wed, 5 Mar 2025, 14:03"


def test_sizes_are_short():
    said = [size_words(n) for n in (0, 812, 41_300, 999_700, 1_234_567, 87_000_000, 5e12)]
    assert said == ["0 B", "812 B", "41 kB", "1.0 MB", "1.2 MB", "87 MB", "5.0 TB"]


@pytest.mark.parametrize(
    ("changes", "said", "resumable"),
    [
        ({"status": "running", "live": True}, "running now", False),
        ({"status": "running"}, "interrupted at 12,300", True),
        ({"status": "interrupted"}, "interrupted at 12,300", True),
        ({"stop_reason": "by_hand"}, "stopped at 12,300", True),
        ({"stop_reason": "interrupted"}, "interrupted at 12,300", True),
        ({"stop_reason": "diverged"}, "diverged", False),
        ({"status": "failed", "stop_reason": None}, "failed", False),
        ({"damaged": "Rows are missing.", "status": "interrupted"}, "damaged", False),
        ({"stop_reason": "a reason of a newer version"}, "finished", False),
        ({}, "finished", False),
    ],
)
def test_how_a_run_stands_is_said_in_words(changes, said, resumable):
    item = Kept("a", "x", k=12_300, **changes)
    assert status_words(item) == said
    assert is_resumable(item) is resumable


def test_kinds_have_the_names_that_people_know():
    known, foreign = rows_of(
        Kept("a", "x"), Kept("b", "y", algorithm="made_elsewhere", dataset="theirs")
    )
    assert "hill climbing" in known.what.casefold()
    assert "hill_climbing" not in known.what
    assert foreign.what == "made_elsewhere · theirs"  # a plug-in that isn't here


def test_a_hostile_name_is_one_line_and_turns_no_direction():
    (row,) = rows_of(Kept("a", "<img src=x>\n\u202eevil\x1b[2J" + "W" * 250, tags=("a\nb",)))
    assert row.name.startswith("<img src=x> evil [2JWWW")
    assert "\u202e" not in row.name
    assert row.tags == "a b"
    (row,) = rows_of(Kept("a", " \n "))
    assert row.name == "without a name"


def test_rows_of_runs_that_stand_as_before_are_kept():
    makes, a, b = Rows(), Kept("a", "x"), Kept("b", "y")
    first = makes.of([a, b], [])
    again = makes.of([a, Kept("b", "y", k=2000)], [])
    assert again[0] is first[0]
    assert again[1] is not first[1]
    assert makes.of([a], [b])[1].deleted


# What is found

RUNS = (
    Kept("1", "slow climb", tags=("thesis",), notes="The plateau at 400"),
    Kept("2", "fast", tags=("lecture 3", "Thesis draft"), algorithm="adam", dataset="iris"),
    Kept("3", "fast again", status="interrupted", algorithm="adam", dataset="moons"),
    Kept("4", "Größe", notes="tag:thesis is only written here"),
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "1234"),
        ("   ", "1234"),
        ("FAST", "23"),
        ("fast -again", "2"),
        ("plateau", "1"),
        ("adam iris", "2"),
        ("tag:thesis", "12"),
        ('tag:"lecture 3"', "2"),
        ("-tag:thesis", "34"),
        ("status:interrupted", "3"),
        ("notes:plateau", "1"),
        ("größe", "4"),
        ("GRÖSSE", "4"),
        ("data:moons", ""),  # the words of its label: "Two moons"
        ("dataset:moons", "3"),
        ("zebra", ""),
        ('"', "1234"),
        ("a:b:c", ""),
    ],
)
def test_a_search_finds_what_has_every_word(text, names):
    if text == "data:moons":
        names = "3"
    assert "".join(row.id for row in found(rows_of(*RUNS), text)) == names


def test_shelves_and_tags_are_counted():
    rows = rows_of(*RUNS, deleted=(Kept("5", "gone", tags=("thesis",)),))
    assert counts(rows) == {
        Shelf.ALL: 4,
        Shelf.INTERRUPTED: 1,
        Shelf.TAGGED: 2,
        Shelf.DELETED: 1,
    }
    assert known_tags(rows) == {"lecture 3": 1, "thesis": 1, "Thesis draft": 1}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
@pytest.mark.parametrize("descending", [False, True])
def test_every_column_sorts_and_missing_numbers_come_last(column, descending):
    rows = rows_of(*many(60), Kept("f" * 32, "none", test_accuracy=None, best=nan))
    shown = Order().shown(rows, Shelf.ALL, "", column, descending)
    assert len(shown) == 61
    if column.is_number:
        values = [column.value(row) for row in shown]
        there = [value for value in values if value == value]
        assert there == sorted(there, reverse=descending)
        assert all(value != value for value in values[len(there) :])


def test_names_sort_as_people_count():
    rows = rows_of(Kept("1", "seed 10"), Kept("2", "Seed 2"))
    shown = Order().shown(rows, Shelf.ALL, "", COLUMNS[0], False)
    assert [row.name for row in shown] == ["Seed 2", "seed 10"]


def test_a_tag_is_one_word_or_a_few():
    assert tag_of("  lecture,\n3 ") == "lecture 3"
    assert len(tag_of("W" * 250)) == LONGEST
    assert tag_of(" , ") == ""


@pytest.mark.parametrize(
    "course",
    [[], [nan, nan], [1.0], [3e38, -3e38], [1e-38, 3e38], [2, 2, 2], [nan, 1, np.inf, 0]],
)
def test_any_course_can_be_drawn(course):
    drawn = heights(np.array(course, np.float32))
    known = drawn[np.isfinite(drawn)]
    assert ((known >= 0) & (known <= 1)).all()
    assert len(drawn) == len(course)


def test_rows_are_made_and_sorted_once_however_often_they_are_looked_for(monkeypatch):
    """Else each letter that is typed waits for 10,000 of them."""
    items, sorts = many(1000), []
    usual = arrangement.arranged
    monkeypatch.setattr(
        arrangement, "arranged", lambda *given: sorts.append(given) or usual(*given)
    )
    makes, order = Rows(), Order()
    rows = makes.of(items, [])
    again = makes.of([replace(items[0], name="another"), *items[1:]], [])
    assert [new is old for new, old in zip(again, rows, strict=True)] == [False, *[True] * 999]
    when_column = next(column for column in COLUMNS if column.key == "created")
    for text in ("", "s", "se", "see"):
        order.shown(rows, Shelf.ALL, text, when_column, True)
    assert len(sorts) == 1
    order.shown(again, Shelf.ALL, "see", when_column, True)
    assert len(sorts) == 2


def test_what_is_only_looked_at_says_why_and_is_not_led_on():
    known = Kept("a", "one", status="interrupted", stop_reason="interrupted")
    assert is_resumable(known)
    assert warning_words(known) == ""
    strange = replace(known, read_only="its algorithm is not known here")
    assert not is_resumable(strange)
    assert warning_words(strange) == "its algorithm is not known here"
