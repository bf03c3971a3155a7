"""Hostile names through every exit: files, pages, tables, pictures, programs, terminal, window."""

from __future__ import annotations

import ast
import contextlib
import csv
import hashlib
import io
import random
import re
import sys
import tempfile
import tomllib
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import optiviz
from optiviz.cli import main
from optiviz.engine.run import Run
from optiviz.reports.data.tables import tabbed, write_study_table
from optiviz.reports.export import export
from optiviz.reports.html import report
from optiviz.reports.words import toml
from optiviz.store import run_file, study_file
from optiviz.studies.execution import execute
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.results import Results
from tests.torture import progress

TITLE = "A name of any letters is text wherever it comes out, and nothing is run for it"
USUAL = 100

KNOWN = (
    "=cmd|' /C calc'!A0", "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1",
    "<script>alert(1)</script>", "<img src=file:///etc/passwd>", "<img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>", "</style><script>alert(1)</script>",
    "--><script>x</script>",
    "javascript:alert(1)", "<a href='javascript:alert(1)'>x</a>", "]]><svg onload=alert(1)>",
    "\" onmouseover=\"alert(1)", "' onmouseover='alert(1)", "&lt;script&gt;", "&#60;b&#62;",
    "<b>bold</b>", "<!--", "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///e'>]>",
    "\x1b[31mred", "\x1b]0;title\x07", "\x1b]8;;http://x\x07link\x1b]8;;\x07", "\x9b31m",
    "\x07\x08",
    "\x1b[2J\x1b[H", "[bold red]x[/]", "[/]", "[link=http://x]y[/link]", "\x00", "a\x00b",
    "\u202etxt.exe", "\u2066a\u2069", "\u200bzero\u200bwidth", "\ufeffmark", "\u2028line\u2029",
    "\ud800", "a\udfffb", "{{7*7}}", "{% for x in y %}", "${7*7}", "#{7*7}", "%s%s%n", "%(x)s",
    "{0}", "{x.__class__}", "$x$", r"$\frac{1}{2}$", r"\input{/etc/passwd}", "$\\", "\\", "\\n",
    "😀👩‍👩‍👧‍👧", "👍🏽", "e\u0301" * 60, "\u0e33" * 30, "Z" + "\u0335" * 100,
    "日本語", "العربية", "עברית",
    "CON", "NUL.optiviz", "aux", "..", "../../etc/passwd", "/etc/passwd", "C:\\Windows", "a/b\\c",
    "~", "$(touch x)", "`touch x`", "; touch x", "| touch x", "&& touch x",
    "'; DROP TABLE runs; --",
    '"""\nimport os\nos.abort()\n"""', "'''", "#\nimport os", "\\\"", "\nimport os\nos.abort()\n",
    "x" * 250, "x" * 100_000, "<" * 250, "\n" * 250, "a\nb\nc", "a\r\nb", "\u0085next", " ", "",
    "   spaces   ", "NaN", "1e999", "-5", "true", "null", "__proto__", "constructor", "0x10", "&",
)  # fmt: skip
_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4", "p"),
    *("main", "section", "div", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"),
    *("caption", "figure", "figcaption", "picture", "source", "img", "span", "details", "summary"),
    *("pre", "code", "nav", "ul", "li", "a", "footer", "strong", "label", "input", "button"),
    *("svg", "defs", "g", "path", "use", "image", "clippath", "rect", "script"),
}
_DATA = ("application/vnd.optiviz", "application/octet-stream")  # scripts that nobody runs
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066\ud800-\udfff]")


def run(n: int, seed: int) -> dict[str, object]:
    """Take n names, those that are known and some that are put together of them."""
    draw = random.Random(seed)
    names = list(KNOWN[:n]) if n >= len(KNOWN) else draw.sample(KNOWN, n)
    while len(names) < n:
        names.append("".join(draw.sample(KNOWN[:60], 3)))
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        for i in range(0, n, 10):
            progress(i, n, "through files, pages, tables, pictures, programs and the terminal")
            _out(names[i : i + 10], folder)
        progress(n, n, "in the window")
        widgets = _window(names, folder)
        strange = [path.name for path in folder.iterdir() if path.suffix not in _SUFFIXES]
        assert not strange, f"files that nobody asked for: {strange}"
    return {"names": n, "widgets looked at": widgets, "taken for more than text": 0}


_SUFFIXES = (".optiviz", ".csv", ".py", ".svg", ".png", ".html")


def _out(names: list[str], folder: Path) -> None:
    spec = optiviz.RunSpec.load("classic-descent").with_value("stopping.max_iterations", 5)
    runs = [Run(spec, name).finish() for name in names]
    _is_html(report(runs[-1:]), names[-1])
    with (  # else it takes minutes
        patch("optiviz.reports.telling.plots_of", lambda *_, **__: ()),
        patch("optiviz.reports.telling._player", lambda *_: ()),
    ):
        for one in runs:
            _is_html(report([one]), one.name)
        with patch("optiviz.reports.comparing.compared", lambda _: ()):
            _is_html(report(runs), "several")
    with contextlib.suppress(UnicodeEncodeError):
        tomllib.loads(toml({"name": [name for name in names if not _half(name)]}))
    for i, one in enumerate(runs):
        _is_program(one, spec, folder / "a.py")
        if i % 5 == 0:
            _is_picture(one, folder)
    whole = [one for one in runs if not _half(one.name)]
    run_file.save(folder / "a.optiviz", whole)
    for opened in run_file.load(folder / "a.optiviz"):
        assert opened.name.isprintable(), f"{opened.name!r} came from a file"
        assert len(opened.name) <= 250
    for command in ("show", "runs"):
        printed = _printed([command, str(folder / "a.optiviz")])
        assert not _UNSEEN.search(printed), f"{command} prints {_UNSEEN.search(printed)[0]!r}"
    _of_study(names, spec, folder)
    for line in tabbed([[name, "-1.5"] for name in names]).split("\n"):
        _is_safe_cell(line.split("\t")[0])
        assert line.endswith("\t-1.5"), line


def _half(name: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in name)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.policy = self._script = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, f"a page has <{tag}>"
        for name, value in attrs:
            assert not name.startswith("on"), f"a page has {name}={value!r}"
            if name in ("src", "srcset"):
                assert (value or "").startswith("data:image/"), f"a page loads {value!r}"
            if name in ("href", "xlink:href") and tag == "image":
                assert (value or "").startswith("data:image/"), f"a page loads {value!r}"
            elif name in ("href", "xlink:href"):
                assert (value or "").startswith("#"), f"a page leads to {value!r}"
        if tag == "script":
            kind = dict(attrs).get("type")
            assert kind is None or kind in _DATA, f"a page has a script of {kind}"
            self._script = "" if kind else "runs"
        if tag == "meta" and ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._script:
            digest = b64encode(hashlib.sha256(data.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in self.policy, f"a page runs {data[:50]!r}"

    def handle_endtag(self, tag: str) -> None:
        self._script = ""

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a page has a comment {data[:50]!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a page has an instruction {data[:50]!r}")


def _is_html(page: str, what: str) -> None:
    reader = _Page()
    reader.feed(page)
    assert "default-src 'none'" in reader.policy, what
    assert "\u202e" not in page, f"{what!r} turns the letters of a page round"
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", page)[:1], what


def _is_program(one: Run, spec: optiviz.RunSpec, path: Path) -> None:
    export(one, "py", path)
    named = path.read_text(encoding="utf-8")
    export(Run(spec, "x").finish(), "py", path)
    plain = path.read_text(encoding="utf-8")
    found, expected = (_code_of(text) for text in (named, plain))
    assert found == expected, f"a name changes the program: {one.name[:80]!r}"


def _code_of(text: str) -> list[str]:
    tree = ast.parse(text)
    return [ast.dump(node) for node in tree.body[1:]]  # without the docstring


def _is_picture(one: Run, folder: Path) -> None:
    export(one, "svg", folder / "a.svg", view="fitness")
    root = ElementTree.fromstring((folder / "a.svg").read_bytes())
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        assert tag not in ("script", "image", "foreignObject", "a"), f"a drawing has <{tag}>"
        assert not any(name.startswith("on") for name in element.attrib)
    export(one, "png", folder / "a.png", view="fitness")


def _of_study(names: list[str], spec: optiviz.RunSpec, folder: Path) -> None:
    usable = {name[:90].strip(): None for name in names if name.isprintable() and name.strip()}
    made = []
    for name in usable:
        with contextlib.suppress(optiviz.SpecError):
            made.append(Configuration(name=name, spec=spec))
    results = Results(Study(configurations=tuple(made), search_seeds=(1,), measure="objective"))
    execute(results, 1)
    path = folder / "study.optiviz"
    study_file.save(path, results)
    write_study_table(study_file.load(path), folder / "a.csv")
    with (folder / "a.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    for row in rows:
        for heading, cell in zip(head, row, strict=True):
            try:
                float(cell)  # numbers are never made into text
            except ValueError:
                _is_safe_cell(cell)
            assert cell or heading
    for command in ("show", "runs"):
        printed = _printed([command, str(path)])
        assert not _UNSEEN.search(printed), f"{command} prints {_UNSEEN.search(printed)[0]!r}"


def _is_safe_cell(cell: str) -> None:
    try:
        float(cell)
    except ValueError:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), f"a formula: {cell[:60]!r}"


def _printed(arguments: list[str]) -> str:
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        with contextlib.suppress(SystemExit):
            main(arguments)
        return sys.stdout.getvalue()
    finally:
        sys.stdout = before


def _window(names: list[str], folder: Path) -> int:
    """Show runs of these names in the window, and return how many widgets were looked at."""
    from PySide6.QtCore import QEvent, Qt
    from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget

    from optiviz.ui.main_window import MainWindow

    app = QApplication.instance() or QApplication([])
    spec = optiviz.RunSpec.load("classic-descent").with_value("stopping.max_iterations", 3)
    runs = [Run(spec, name).finish() for name in names]
    window = MainWindow()
    try:
        window.show()
        window.functions.session.open(runs)
        window.bring(window.functions)
        for name in names[:20]:
            window.messages.say(name)
            app.processEvents()
        looked = window.findChildren(QWidget)
        for widget in looked:
            if isinstance(widget, QLabel) and widget.textFormat() is Qt.TextFormat.AutoText:
                assert "<" not in widget.text(), f"a label guesses: {widget.text()[:60]!r}"
            tips = [widget.toolTip(), *(action.toolTip() for action in widget.actions())]
            if isinstance(widget, QAbstractItemView) and widget.model() is not None:
                model = widget.model()
                for row in range(min(model.rowCount(), len(names))):
                    index = model.index(row, 0)
                    tips.append(str(index.data(Qt.ItemDataRole.ToolTipRole) or ""))
            for text in tips:
                inner = text.removeprefix('<p style="white-space: pre-wrap">').removesuffix("</p>")
                assert "<" not in inner, f"a tooltip is HTML: {text[:80]!r}"
        return len(looked)
    finally:
        window.close()
        window.deleteLater()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
