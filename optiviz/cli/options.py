"""Options that several commands of comparing take."""

from pathlib import Path
from typing import Annotated

import typer

from optiviz.analysis.runs.effort import LABELS

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
    Path | None, typer.Option(metavar="F.html", help="Write a page about it when it is done.")
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
