"""Without this, a table from anywhere could end the app, or do what nobody asked for."""

from tests.torture import csv


def test_hostile_tables_are_a_sentence_each_and_touch_nothing():
    figures = csv.run(len(csv.cases()), 1)
    assert figures["tables"] >= 60
