"""Numbers on screen and in reports read the same everywhere, whatever was measured."""

import numpy as np
import pytest

from optiviz.engine.wording import measured


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0000"), (-0.5, "−0.5000"), (0.8619, "0.8619"), (0.00421, "0.00421"),
        (3.7e-19, "3.7e−19"), (1e6, "1e+06"), (-2e-9, "−2e−09"),
        (np.nan, "not a number"), (np.inf, "∞"), (-np.inf, "−∞"),
    ],
)  # fmt: skip
def test_what_was_measured_as_people_read_it(value, text):
    assert measured(value) == text


def test_as_exact_as_there_is_room_for():
    assert measured(0.86213, decimals=3) == "0.862"
    assert measured(6.11112e-10, digits=6) == "6.11112e−10"
