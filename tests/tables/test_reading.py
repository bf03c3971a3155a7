"""Without these, somebody's table would be learned from otherwise than it stands in the file."""

import csv as csv_module
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiviz.tables import Cancelled, TableError
from optiviz.tables.choices import chosen
from optiviz.tables.formats import Format, found_format
from optiviz.tables.numbers import number_of, why_no_number
from optiviz.tables.reading import read

ODD = [
    "",
    "NA",
    "1_0",
    "9" * 400,
    "1e999",
    "\u20031",
    "x",
    'a "b"',
    "1\n2",
    "0x1",
    "٣",
    "1,5",
    " 7 ",
]


def made(text, encoding="utf-8", **choice):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return chosen(read(content, found_format(content).format), **choice)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2.5\n3,4\n", Format()),
        (b"\xef\xbb\xbfa,b\n1,2.5\n3,4\n", Format()),
        ("größe;b\n1,5;2\n".encode("cp1252"), Format("cp1252", "semicolon", True, "comma")),
        ("\ufeffa\tb\n1\t2.5\n".encode("utf-16-le"), Format("utf-16-le", "tab")),
        ("\ufeffa|b\n1|2.5\n".encode("utf-16-be"), Format("utf-16-be", "bar")),
        ("a\tb\r\n1\t2.5\r\n".encode("utf-16-le"), Format("utf-16-le", "tab")),
        ("a\tb\r\n1\t2.5\r\n".encode("utf-16-be"), Format("utf-16-be", "tab")),
        (
            "数,種\n1,漢字文化圏の言語\n2,東アジア全体の文化上\n".encode("utf-16-le"),
            Format("utf-16-le"),
        ),
        (
            "数,種\n1,漢字文化圏の言語\n2,東アジア全体の文化上\n".encode("utf-16-be"),
            Format("utf-16-be"),
        ),
        (b"a,b\n1\x00,x\n2,y\n", Format()),
        ("\ufeffa,b\n1,2\n".encode("utf-32-le"), Format("utf-32-le")),
        ("a,b\n1,2\n".encode("utf-32-le"), Format("utf-32-le")),
        ("a,b\n1,2\n".encode("utf-32-be"), Format("utf-32-be")),
        (b"  a    b\n  1  2.5\n 11 4.5 \n", Format("utf-8", "space")),
        (b"1,2,3\n4,5,6\n", Format("utf-8", "comma", False)),
        (b'"1,5";"2"\n"2,5";"3"\n', Format("utf-8", "semicolon", False, "comma")),
        (b"x,kind\n1,a\n2,b\n", Format()),
        (b"red,a\nblue,b\nred,a\n", Format("utf-8", "comma", False)),
    ],
)
def test_how_a_table_is_written_is_found(content, expected):
    assert found_format(content).format == expected


def test_what_could_be_meant_otherwise_is_said():
    (note,) = found_format(b"a;b\n1,234;2\n5,678;3\n").notes
    assert '"1,234" is read as 1.234' in note
    (note,) = found_format(b"a;b\n1,5;2.5\n5,7;3\n").notes
    assert "Decimal commas are assumed" in note
    (note,) = found_format(b"1,5\n2,5\n").notes
    assert "choose another delimiter" in note
    assert found_format(b"a,b\n1,2.5\n").notes == ()


def test_what_is_given_is_taken():
    found = found_format(b"1,5\n2,5\n", delimiter="semicolon", header=False)
    assert found.format == Format("utf-8", "semicolon", False, "comma")
    with pytest.raises(TableError, match="is not UTF-8: see line 2") as caught:
        found_format("a,b\n1,é\n".encode("cp1252"), encoding="utf-8")
    assert caught.value.field == "encoding"


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1", 1), (" 1.5 ", 1.5), ("-2e3", -2000), (".5", 0.5), ("5.", 5), ("+1E-2", 0.01)],
)
def test_numbers(cell, value):
    assert number_of(cell, "point") == value


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1_000", "underscores"),
        ("0x10", "not decimal"),
        ("١٢", "digits of another script"),
        ("inf", "not finite"),
        ("-Infinity", "not finite"),
        ("1e999", "too large"),
        ("1,5", "another decimal mark"),
        ("1,234", "thousands"),
        ("1.234.567", "thousands"),
        ("5%", "percent"),
        ("1\0", "NUL"),
        ("abc", "is not a number"),
        ("²", "is not a number"),
    ],
)
def test_what_python_or_people_might_call_a_number_is_none(cell, why):
    assert np.isnan(number_of(cell, "point"))
    assert why in why_no_number(cell)


def test_rows_that_cant_be_used_are_listed_by_line_and_reason():
    found = made('a,b,kind\n1,2,x\n3\n\n1_000,2,y\n4,NA,y\n"5\n",6,x\n7,8,?\n9,1,y,2\n1,1,x\n')
    assert found.left_out() == [
        (3, "has too few fields: 1, and there are 3 columns"),
        (5, '"1_000" has underscores, which no number has here, in column "a"'),
        (6, 'has no value in column "b"'),
        (9, 'has no value in column "kind"'),
        (10, "has too many fields: 4, and there are 3 columns"),
    ]
    assert found.n_left_out == 5
    assert found.X().tolist() == [[1, 2], [5, 6], [1, 1]]
    assert found.class_names == ("x", "y")
    assert found.y().tolist() == [0, 0, 0]


def test_of_many_rows_that_cant_be_used_the_first_thousand_are_listed_and_all_counted():
    found = made("a,b\n1,2.5\n3,4\n" + "1,x\n" * 1500 + "1\n" * 700 + "5,1\n" * 3000)
    assert len(found.left_out()) == 1000
    assert found.n_left_out == 2200
    assert found.n_rows == 3002


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a,b\n", "a header and no rows"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "begins in line 3 that is never closed"),
        (b'a,b\n1,2\n"' + b"3,4\n" * 50_000, "line 3; is a quote in it not closed"),
        (b"PK\x03\x04....", "spreadsheet or an archive"),
        (",".join(f"c{i}" for i in range(10_001)).encode() + b"\n", "at most 10,000 work here"),
        (b"a\n1\n2\n", "no other column has numbers"),
        (b"a;b;k\n1.000,5;-;x\n1.001,5;-;y\n", '("1.000,5" looks as if it had thousands apart'),
    ],
)
def test_what_cant_be_read_is_a_sentence(content, sentence):
    with pytest.raises(TableError) as caught:
        made(content)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_field_that_is_too_long_costs_its_row_alone():
    found = made("a,b\n1,2.5\n" + "3" * 131_073 + ",1\n5,6.5\n")
    assert found.left_out() == [(3, "has a field of more than 131,072 characters")]
    assert found.n_rows == 2


def test_a_header_that_is_too_long_is_a_sentence():
    with pytest.raises(TableError, match="more than 131,072 characters in line 1"):
        read(b"x" * 131_073 + b",b\n1,2\n", Format())


def test_more_rows_than_work_are_refused():
    with pytest.raises(TableError, match="more than 1,000,000 rows"):
        read(b"1,2\n" * 1_000_001, Format(header=False))


def test_headers_that_are_the_same_or_missing_get_names_of_their_own():
    names = [c.name for c in made("a,a,,a (2)\n1,2.5,1,1\n3,4,5,5\n").table.columns]
    assert names == ["a", "a (2)", "column 3", "a (2) (2)"]
    many = ",".join(["a"] * 10_000)
    table = read(f"{many}\n".encode(), Format())
    assert len({c.name for c in table.columns}) == 10_000


def test_the_target_is_a_class_or_a_number_by_what_is_in_it():
    numbers = "".join(f"{i},{i % 3},{i / 7:.3f}\n" for i in range(40))
    assert made("a,b,c\n" + numbers).task == "numbers"
    found = made("a,b,c\n" + numbers, target="b")
    assert (found.task, found.class_names) == ("classes", ("0", "1", "2"))
    assert made("a,b,c\n" + numbers, target="b", task="numbers").task == "numbers"
    assert made("a,b,c\n" + numbers, target="a").task == "numbers"


def test_a_comma_at_the_end_of_lines_is_no_column_to_learn():
    """Spreadsheets and loggers write it; all rows were left out, as none had a target."""
    found = made("a,kind,\n1,x,\n2,y,\n")
    assert (found.target_name, found.n_rows, found.n_left_out) == ("kind", 2, 0)


def test_white_space_around_a_number_is_none_of_it():
    """A page break before a number was told as another decimal mark."""
    found = made("a,kind\n\f1.5,x\n2.5\u2028,y\n")
    assert found.X().tolist() == [[1.5], [2.5]]


def test_texts_as_features_are_a_column_each():
    text = "colour,size,y\nred,1,2.5\nblue,2,3.5\nred,3,1.25\n"
    assert [f.name for f in made(text).features] == ["size"]
    found = made(text, features=("colour",))
    assert [f.name for f in found.features] == ["colour is blue", "colour is red"]
    assert found.X().tolist() == [[0, 1], [1, 0], [0, 1]]
    many = "t,y\n" + "".join(f"t{i},{i / 3}\n" for i in range(101))
    with pytest.raises(TableError, match="more than 100 different texts"):
        made(many, features=("t",))


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"target": "d"}, 'no column "d"'),
        ({"features": ("d",)}, 'no column "d"'),
        ({"features": ("c",)}, "can't be a feature too"),
        ({"features": ("a", "a")}, "named twice"),
        ({"target": "b", "task": "numbers", "features": ("a",)}, "no numbers to predict"),
    ],
)
def test_choices_that_make_no_sense_are_a_sentence(choice, sentence):
    with pytest.raises(TableError) as caught:
        made("a,b,c\n1,x,2.5\n3,y,4\n", **choice)
    assert sentence in str(caught.value)


def test_reading_can_be_cancelled_and_says_how_far_it_is():
    shares = []

    def go_on(share):
        shares.append(share)
        return len(shares) < 3

    with pytest.raises(Cancelled):
        read(b"1,2\n" * 100_000, Format(header=False), go_on)
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.floats(allow_nan=False, allow_infinity=False).map(repr),
                st.sampled_from(ODD),
            ),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
def test_blocks_of_numbers_and_single_fields_are_read_alike(rows, mark, plain):
    """The fast way and the slow way, or a quote somewhere would change what is learned."""
    file = io.StringIO()
    quoting = csv_module.QUOTE_MINIMAL if plain else csv_module.QUOTE_ALL
    csv_module.writer(file, delimiter=mark, quoting=quoting).writerows(rows)
    name = {",": "comma", ";": "semicolon", "\t": "tab"}[mark]
    table = read(file.getvalue().encode(), Format("utf-8", name, False))
    expected = [[number_of(cell, "point") for cell in row] for row in rows]
    found = np.array([c.values for c in table.columns]).T
    np.testing.assert_array_equal(found, np.array(expected))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_table_reads_as_numpy_reads_it(end):
    numbers = np.random.default_rng(1).normal(size=(5000, 4))
    lines = [",".join(map(repr, row)) for row in numbers.tolist()]
    lines[3000] = lines[3000].replace(",", ",", 1)
    quoted = ",".join(f'"{v!r}"' for v in numbers[2000].tolist())
    lines[2000] = quoted
    table = read(end.join(["a,b,c,d", *lines]).encode(), Format())
    np.testing.assert_array_equal(np.array([c.values for c in table.columns]).T, numbers)
    assert table.lines.tolist() == list(range(2, 5002))


def test_decimal_commas_read_alike_in_both_ways():
    lines = "".join(f"{i},25;{i * 3}\n" for i in range(3000))
    for extra in ("", '"7,5";"1"\n'):
        table = read((lines + extra).encode(), Format("utf-8", "semicolon", False, "comma"))
        assert table.columns[0].values[:3].tolist() == [0.25, 1.25, 2.25]
        assert not np.isnan(table.columns[0].values).any()
