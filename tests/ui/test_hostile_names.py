"""Names of any letters through every exit, ten here; 100 by ``python -m tests.torture names``."""

from tests.torture import names


def test_ten_names_are_text_wherever_they_come_out(qapp):
    found = names.run(10, 2)
    assert found["widgets looked at"] > 100
