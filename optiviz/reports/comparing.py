"""What a report says of several runs together."""

from collections.abc import Sequence

from optiviz.networks.losses import MEASURES
from optiviz.reports.document import Chapter, Choices, Grid, Part
from optiviz.reports.plots import compared, scores
from optiviz.reports.telling import metrics_of
from optiviz.reports.words import figure_of, seconds_of, value_of
from optiviz.views import Shown


def comparison(shown: Sequence[Shown], choices: Choices) -> Chapter:
    """Compare runs."""
    parts = []
    if {"summary", "results"} & set(choices.parts):
        parts.append(Part("", (_table(shown),)))
    if "figures" in choices.parts:
        plots = tuple(compared(shown))
        parts += [Part("Figures", plots)] if plots else []
    return Chapter("All runs beside each other", tuple(parts))


def _table(shown: Sequence[Shown]) -> Grid:
    readings = {one.run.spec.problem.reading.name for one in shown}
    one_goal = len(readings) == 1
    metrics = [metrics_of(one) for one in shown]
    by = [(p, s) for s in scores(shown) for p in ("train", "test")]
    by = [(p, s) for p, s in by if p != "train" or readings != {MEASURES[s].reading.name}]
    goal = f"Best {next(iter(readings))}" if one_goal else "Best"
    headings = ["Run", "Algorithm", goal]
    headings += [f"{part.capitalize()} {MEASURES[score].reading.name}" for part, score in by]
    headings += ["Iterations", "Evaluations", "Gradients", "Computing"]
    rows = []
    for one, found in zip(shown, metrics, strict=True):
        state, reading = one.run.state_now, one.run.spec.problem.reading
        best = figure_of(value_of(one.run, state.best_f))
        rows.append(
            (
                one.name,
                one.run.spec.optimizer.label,
                best if one_goal else f"{reading.name} {best}",
                *(figure_of(found[f"{part}_{score}"][2]) for part, score in by),
                f"{one.run.k:,}",
                f"{state.evaluations:,}",
                f"{state.gradient_evaluations:,}",
                seconds_of(one.run.seconds),
            )
        )
    said = []
    if "Test accuracy" in headings:
        said.append("Accuracies are those of the best point.")
    elif "Test R²" in headings:
        said.append("R² is that of the best point.")
    said.append("Evaluations count every point scored; a gradient counts as one of each.")
    return Grid(
        "Comparison",
        tuple(headings),
        tuple(rows),
        swatches=tuple(one.number for one in shown),
        note=" ".join(said),
    )
