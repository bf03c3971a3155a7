"""A teacher's template makes the page it says, and can't do anything else."""

from dataclasses import replace

import pytest

from optiviz.reports.content import document
from optiviz.reports.document import Choices, Grid, Part
from optiviz.reports.html import html_of, sandbox, write
from optiviz.reports.own_templates import names
from optiviz.store import StoreError
from optiviz.store.folders import HOME

LOOP = "{% for i in range(99999) %}"
LETTERS = "{% set n = namespace(x='abcdefgh') %}"
LONG = (
    "{% set n = namespace(x='a', l=()) %}"
    "{% for i in range(21) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
)
NESTED = (
    "{% set n = namespace(x={'a': 1}) %}"
    "{% for i in range(60) %}{% set n.x = MADE %}{% endfor %}{{ n.x | string | length }}"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME, str(tmp_path))
    made = tmp_path / "templates"
    made.mkdir()
    return made


def page(descents, name="mine"):
    choices = Choices(title="<b>Course</b>", parts=("summary", "figures"), template=name)
    return html_of(document(descents[:1], choices), choices)


def test_a_template_of_a_teacher_s_own_makes_the_page(folder, descents):
    (folder / "mine.html.j2").write_text(
        '{% extends "report.html.j2" %}{% block style %}h1 { color: red; }{% endblock %}'
    )
    (folder / "other.txt").write_text("")
    text = page(descents)
    assert names() == ("mine",)
    assert "h1 { color: red; }" in text
    assert "&lt;b&gt;Course&lt;/b&gt;" in text
    assert 'role="img"' in text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'%.2f of %d in 2026' % (1.5, 3)", "1.50 of 3 in 2026"),
        ("'%5s|' | format('ab')", "   ab|"),
        ("'a-b-c' | replace('-', ' & ', 1)", "a &amp; b-c"),
        ("'a\\nb' | indent(2)", "a\n  b"),
        ("[1, 'b'] | join(' < ')", "1 &lt; b"),
        ("[{'a': 1}, {'a': 2}] | join(', ', attribute='a')", "1, 2"),
        ("'a' ~ 1 ~ '<'", "a1&lt;"),
        ("'a' + 'b'", "ab"),
        ("2 * 3 % 4", "2"),
        ("7 // 2 - 1.5", "1.5"),
        ("['b', 'a'] | sort | map('upper') | join", "AB"),
        ("[1, 2, 3] | batch(2, 0) | list", "[[1, 2], [3, 0]]"),
        ("[{'a': 1}, {'a': 2}] | sum('a')", "3"),
        ("'a,b'.split(',') | last", "b"),
        ("'%.3g' % 1234.5 | float", "1.23e+03"),
    ],
)
def test_a_template_can_write_what_a_teacher_needs(expression, text, folder, descents):
    (folder / "mine.html.j2").write_text(
        "{% extends 'report.html.j2' %}{% block body %}[{{ " + expression + " }}]{% endblock %}"
    )
    assert f"[{text}]" in page(descents[:1])


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{% extends 'report.html.j2' %}{% block body %}{{ nothing }}{% endblock %}", "'nothing'"),
        ("{{ nothing * 2 }}", "'nothing'"),
        ("{% extends 'report.html.j2' %}{% if %}", "broken, line 1"),
        ("{% extends 'gone.html.j2' %}", "asks for 'gone.html.j2'"),
        ("{{ ''.__class__.__mro__ }}", "broken"),
        ("{{ document.title.__init__.__globals__ }}", "broken"),
        ("{{ 'a' * 9999999999 }}", "broken"),
        ("{% for i in range(999999999) %}a{% endfor %}", "broken"),
        (f"{LOOP}{LOOP}{{% endfor %}}{{% endfor %}}", "on and on"),
        (
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}"
            "{{ m(60) }}",
            "on and on",
        ),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "broken"),
        ("{{ '%9999999999d' % 1 }}", "999 letters wide"),
        ("{{ '%.9999f' | format(1) }}", "999 letters wide"),
        ("{{ '%*d' % (9999999999, 1) }}", "999 letters wide"),
        (f"{LETTERS}{LOOP}{{% set n.x = '%s%s' % (n.x, n.x) %}}{{% endfor %}}", "puts together"),
        (f"{LETTERS}{LOOP}{{% set n.x = n.x | replace('', n.x) %}}{{% endfor %}}", "puts together"),
        ("{{ 'a' | indent(9999999999, first=true) }}", "puts together"),
        ("{{ '{:9999999999}'.format(1) }}", "may not call format"),
        ("{{ 'a'.ljust(9999999999) }}", "may not call ljust"),
        ("{{ 'a' | center(9999999999) }}", "center"),
        ("{{ lipsum(9999999) }}", "lipsum"),
        (f"{LETTERS}{LOOP}{{% set n.x = n.x ~ n.x %}}{{% endfor %}}", "puts together"),
        (f"{LETTERS}{LOOP}{{% set n.x = n.x + n.x %}}{{% endfor %}}", "puts together"),
        (f"{LETTERS}{LOOP}{{% set n.x = [n.x, n.x] | join %}}{{% endfor %}}", "puts together"),
        (
            f"{LETTERS}{LOOP}{{% set y %}}{{{{ n.x }}}}{{{{ n.x }}}}{{% endset %}}"
            "{% set n.x = y %}{% endfor %}",
            "puts together",
        ),
        (NESTED.replace("MADE", "[n.x, n.x]"), "puts together"),
        (NESTED.replace("MADE", "{'a': n.x.items(), 'b': n.x.items()}"), "puts together"),
        (NESTED.replace("MADE", "dict(a=n.x, b=n.x)"), "puts together"),
        (f"{LONG}{LOOP}{{% set n.l = (n.l, n.x[1:]) %}}{{% endfor %}}", "puts together"),
        (f"{LONG}{LOOP}{{% set n.l = namespace(a=n.l, b=n.x[1:]) %}}{{% endfor %}}", "in all"),
        (f"{LONG}{{% set y %}}{LOOP}{{{{ n.x }}}}{{% endfor %}}{{% endset %}}", "in all"),
        (f"{LOOP}{{% set l = range(99999) | list %}}{{% endfor %}}", "in all"),
        ("{% for i in range(60000) if range(9) | max %}{% endfor %}" * 9, "on and on"),
        ("{{ range(99999) | map('string') | map('upper') | map('lower') | list }}", "on and on"),
        ("{% for i in range(2) recursive %}{{ loop(range(2)) }}{% endfor %}", "recursion"),
        ("{% include 'mine.html.j2' %}", "recursion"),
        ("{{ [1] | slice(9999999999, fill_with='a') | list }}", "at most 10,000"),
        ("{{ [1] | batch(9999999999, 'a') | list }}", "at most 10,000"),
        ("{{ 1.5 | round(300000000, 'floor') }}", "at most 10,000"),
        ("{{ [[1], [2]] | sum(start=[]) }}", "add up numbers"),
        ("{{ [1, [2]] | tojson(indent=9999999999) }}", "tojson"),
        ("{{ 'a' | attr('zfill') }}{{ ('a' | attr('zfill'))(9999999999) }}", "may not call zfill"),
        ("{{ (['a'] | map(attribute='ljust') | first)(9999999999) }}", "may not call ljust"),
        ("{{ ('a' | safe).join(['b', 'c']) }}", "may not call join"),
        ("{{ 'a'.encode() }}", "may not call encode"),
        ("{{ (5).to_bytes(9999999999, 'big') }}", "may not call to_bytes"),
        ("{% include '../secret.html.j2' %}", "asks for"),
        ("<html><head></head><body>{{ title }}</body></html>", "content policy"),
        (
            "<html><head><script></script><meta http-equiv="
            '"Content-Security-Policy" content="{{ policy }}"></head></html>',
            "content policy",
        ),
    ],
)
def test_a_broken_template_is_a_sentence_and_the_old_file_stays(
    template, sentence, folder, descents, tmp_path
):
    (folder.parent / "secret.html.j2").write_text("secret")
    (folder / "mine.html.j2").write_text(template)
    (tmp_path / "a.html").write_text("old")
    choices = Choices(parts=("summary",), template="mine")
    with pytest.raises(StoreError, match="the template 'mine'") as caught:
        write(descents[:1], tmp_path / "a.html", choices)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "a.html").read_text() == "old"


def test_who_has_little_to_repeat_but_much_to_compare_is_ended_too(folder, monkeypatch, descents):
    monkeypatch.setattr(sandbox, "_SECONDS", 0.05)
    (folder / "mine.html.j2").write_text(
        "{% set l = range(99999) | list %}{% for i in range(99999) if -1 in l %}{% endfor %}"
    )
    with pytest.raises(StoreError, match="goes on and on"):
        page(descents)


def test_a_long_page_of_ours_is_within_the_bounds_of_who_changes_its_head(folder, descents):
    (folder / "mine.html.j2").write_text("{% extends 'report.html.j2' %}")
    rows = tuple((f"row {i}", *map(str, range(20))) for i in range(2_000))
    made = document(descents[:1], Choices(parts=("summary",), template="mine"))
    grid = Grid("Rows", ("", *map(str, range(20))), rows)
    chapter = replace(made.chapters[0], parts=(Part("Table", (grid,)),))
    made = replace(made, chapters=(chapter,))
    for template in ("mine", ""):
        text = html_of(made, Choices(template=template))
        assert text.count("<td>19</td>") == len(rows)


def test_a_template_that_is_not_there_is_named(folder, descents):
    for name in ("gone", "../secret", "a\0b"):
        with pytest.raises(StoreError, match="there is no template"):
            page(descents, name)
