"""Without these, data would be laid over a run, or a trace be learned from, unasked."""

import pytest

from optiviz.store.headings import meant_by


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("length,width,kind", "data"),
        ("", "data"),
        ("iteration,f", "trace"),
        ("iteration,evaluations,f,seconds,temperature,acceptance", "trace"),
        ("evaluations,loss,x1,x2", "trace"),
        ("step,loss,heat", "either"),
        ("x1,x2,y", "either"),
        ("f,g,h", "either"),
        ("1.5,2,3", "either"),
        ("1.5,2,x", "data"),
    ],
)
def test_what_a_table_can_be_is_told_by_its_first_line(line, meant):
    assert meant_by(line.split(",")) == meant
