"""A study as one page: its question, its figures, and what each of them says."""

import base64
import tempfile
from html import escape
from pathlib import Path

from optiviz.engine import registry
from optiviz.reports.drawing import render
from optiviz.store.atomic import writing
from optiviz.studies.results import Results
from optiviz.study_views import StudyView

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b2330;background:#fff}img{max-width:100%}figcaption{color:#586174}"
)


def write_study_page(results: Results, path: Path) -> None:
    """Write a page that needs no other file.

    Raises
    ------
    StoreError
        If it can't be written; what was there before is then untouched.
    """
    views: list[StudyView] = [cls() for cls in registry.kinds(StudyView.family).values()]
    shown = sorted((v for v in views if v.suits(results.study)), key=lambda view: view.place)
    title = escape(results.study.title or "Study")
    done, size = len(results.records), results.study.size
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>",
        f"<p>{done:,} of {size:,} runs.</p>",
        *(_figure(results, view) for view in shown),
        "</html>",
    ]
    with writing(path) as file:
        file.write("\n".join(parts).encode())


def _figure(results: Results, view: StudyView) -> str:
    figure = view.figure(results)
    if figure.empty:
        return ""
    words = "".join(
        f"<p><b>{escape(note.sentence)}</b> {escape(note.evidence)}</p>" for note in figure.notes
    )
    picture = ""
    if figure.items or figure.tables:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "figure.png"
            render(figure, file, "png")
            data = base64.b64encode(file.read_bytes()).decode()
        picture = f"<img alt='{escape(figure.caption, quote=True)}' "
        picture += f"src='data:image/png;base64,{data}'>"
    caption = f"<figcaption>{escape(figure.caption)}</figcaption>"
    return f"<figure><h2>{escape(view.label)}</h2>{picture}{words}{caption}</figure>"
