"""A teacher's template makes the page it says, and can't do anything else."""

import pytest

from optiviz.reports.content import document
from optiviz.reports.document import Choices
from optiviz.reports.html import html_of, write
from optiviz.reports.own_templates import names
from optiviz.store import StoreError
from optiviz.store.folders import HOME

LOOP = "{% for i in range(99999) %}"
LETTERS = "{% set n = namespace(x='abcdefgh') %}"


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


def test_a_template_that_is_not_there_is_named(folder, descents):
    for name in ("gone", "../secret", "a\0b"):
        with pytest.raises(StoreError, match="there is no template"):
            page(descents, name)
