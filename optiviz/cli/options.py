"""Options that several commands take: of comparing, and of what is written."""

from pathlib import Path
from typing import Annotated

import typer

from optiviz.analysis.runs.effort import LABELS
from optiviz.reports.document import PARTS

Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Such as optimizer.step_size=0.2, for all."),
]
Jobs = Annotated[
    int | None, typer.Option(metavar="N", help="Processes; all processors if left out.")
]
Backend = Annotated[str, typer.Option(help="Where they are: loky (here) or dask (a cluster).")]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Of a Dask scheduler; one of this machine if left out."),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="F.optiviz", help="Keep it; a study that is there already goes on."),
]
Report = Annotated[
    Path | None,
    typer.Option(metavar="F", help="Write a report of it when it is done: F.html or F.pdf."),
]
MeasureOption = Annotated[
    str | None, typer.Option("--measure", metavar="M", help="Such as test_accuracy.")
]
Effort = Annotated[
    str, typer.Option(metavar="E", help=f"What times are counted in: {', '.join(LABELS)}.")
]
Evaluations = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="End each run at N evaluations, in place of its own limits."
    ),
]
Weight = Annotated[
    float,
    typer.Option("--gradient-weight", metavar="W", help="A gradient counts as W evaluations."),
]
Explain = Annotated[
    bool,
    typer.Option("--explain", help="Say each statistic in a sentence, and where it says nothing."),
]
Target = Annotated[float | None, typer.Option(help="What is to be reached, as it is read.")]

# Of what a student hands in

Answers = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A teacher's questions with a student's answers (.md, .toml): the report is what the "
        "student hands in.",
    ),
]
Student = Annotated[
    str, typer.Option(metavar="NAME", help="Who hands it in, if the answers don't say it.")
]

# What a report or a file is to be like; `optiviz.cli.writing` reads these

Title = Annotated[str | None, typer.Option(help="Of the report; made from the runs if left out.")]
Author = Annotated[str, typer.Option(metavar="NAME", help="Who wrote the report.")]
Notes = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A text to put at its beginning, with empty lines between paragraphs."
    ),
]
Parts = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help=f"Of the report, with commas: {', '.join(PARTS)}; all if left out. A study has no "
        "code.",
    ),
]
Views = Annotated[
    list[str] | None,
    typer.Option(
        "--views",
        metavar="NAMES",
        help="Of what views there are figures, with commas; all that suit if left out.",
    ),
]
ReportTheme = Annotated[
    str,
    typer.Option(
        "--theme", metavar="THEME", help="auto, which is the reader's own, or light or dark."
    ),
]
Template = Annotated[
    str,
    typer.Option(metavar="NAME", help="Of your folder of templates; the usual one if left out."),
]
Paper = Annotated[
    str | None, typer.Option(metavar="PAPER", help="Of a PDF: a4 or letter; a4 if left out.")
]
RunNumbers = Annotated[
    list[int] | None,
    typer.Option(
        "--run",
        metavar="N",
        min=1,
        help="Which of the runs, from 1, as often as needed; all if left out.",
    ),
]
Size = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Of a picture or movie: column, page or slide.")
]
Theme = Annotated[
    str | None,
    typer.Option("--theme", metavar="THEME", help="Of a picture or movie: light or dark."),
]
Seconds = Annotated[float | None, typer.Option(metavar="S", help="The length of a movie.")]
Rate = Annotated[float | None, typer.Option(metavar="N", help="Frames of a movie in a second.")]
