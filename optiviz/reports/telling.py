"""What a report says of one run: sentences, numbers, figures, settings."""

from collections.abc import Callable, Iterator

import numpy as np

from optiviz.engine import registry
from optiviz.engine.wording import capitalised, rounded
from optiviz.networks.losses import MEASURES
from optiviz.reports import words
from optiviz.reports.document import (
    Block,
    Chapter,
    Choices,
    Grid,
    Items,
    Keys,
    Listing,
    Paragraphs,
    Part,
    Settings,
)
from optiviz.reports.moments import MOST, moments
from optiviz.reports.plots import SCORES, plot, plots_of
from optiviz.reports.words import called, figure_of, groups, seconds_of, value_of
from optiviz.views import Shown

_MOST, _FEWEST, _IN_ALL = 100, 40, 400  # moments of a run among others, and of all of them
_OTHERS = {"distance": "Distance from the lowest point"}

Metrics = dict[str, tuple[float, float, float]]
"""Of each metric its value at the start, at the last and at the best point."""


def chapter(one: Shown, choices: Choices, *, among: int) -> Chapter:
    """Say of a run what was chosen, in a report of `among` runs."""
    alone = among == 1
    metrics = metrics_of(one)
    made: tuple[tuple[str, str, Callable[[], tuple[Block, ...]]], ...] = (
        ("summary", "", lambda: _summary(one, metrics)),
        ("results", "Results", lambda: _results(one, metrics)),
        ("figures", "Figures", lambda: tuple(plots_of(one, choices.views, alone=alone))),
        ("player", "The run, moment by moment", lambda: _player(one, _moments_of(among))),
        ("code", "The algorithm's listing", lambda: _code(one)),
        ("settings", "Settings", lambda: _settings(one)),
        ("spec", "The exact spec", lambda: _spec(one)),
    )
    parts = [Part(title, blocks()) for name, title, blocks in made if name in choices.parts]
    kept = tuple(part for part in parts if part.blocks)
    title = one.name
    if alone:
        title = "What was optimised, and how" if "summary" in choices.parts else "The run"
    return Chapter(title, kept, None if alone else one.number)


def _moments_of(among: int) -> int:
    """Return how many moments a run is gone through in, so that many runs stay a file to send."""
    return MOST if among == 1 else min(_MOST, max(_FEWEST, _IN_ALL // among))


def _summary(one: Shown, metrics: Metrics) -> tuple[Block, ...]:
    run, spec = one.run, one.run.spec
    said = (
        spec.problem.sentence(),
        f"{spec.optimizer.label}: {spec.optimizer.sentence()}",
        words.start_sentence(run),
        words.end_sentence(run),
    )
    blocks: list[Block] = [Paragraphs(said)]
    changes = words.change_sentences(spec)
    if changes:
        blocks += [Paragraphs(("Changed while it ran:",)), Items(tuple(changes))]
    return (*blocks, Keys(tuple(_keys(one, metrics))))


def _keys(one: Shown, metrics: Metrics) -> Iterator[tuple[str, str]]:
    run, reading, state = one.run, one.run.spec.problem.reading, one.run.state_now
    yield f"best {reading.name}", figure_of(value_of(run, state.best_f))
    for score in SCORES:
        for part in ("train", "test"):
            found, word = metrics.get(f"{part}_{score}"), MEASURES[score].reading.name
            if found is not None and not (part == "train" and reading.name == word):
                yield f"{part} {word} of the best", figure_of(found[2])
    yield "iterations", f"{run.k:,}"
    yield "evaluations", f"{state.evaluations:,}"
    yield "computing", seconds_of(run.seconds)


def _results(one: Shown, metrics: Metrics) -> tuple[Block, ...]:
    run, state = one.run, one.run.state_now
    effort = [
        ("Iterations", f"{run.k:,}"),
        ("Evaluations", f"{state.evaluations:,}"),
        ("Gradient evaluations", f"{state.gradient_evaluations:,}"),
        ("Time of computing", seconds_of(run.seconds)),
        ("Best found at iteration", f"{state.best_k:,}"),
    ]
    n_rows = run.spec.problem.n_rows
    if n_rows > 1:
        effort.insert(3, ("Times over the training rows", f"{state.rows_seen / n_rows:,.6g}"))
    points = tuple(_points(one, metrics))
    return (
        Grid("What the points are worth", ("", "Start", "Last", "Best"), points),
        Grid("What it took", (), tuple(effort)),
    )


def metrics_of(one: Shown) -> Metrics:
    """Measure a run at the start, at the last and at the best point."""
    state = one.run.state_now
    problem = one.reader.stepper.problem
    points = (one.reader.state(0).x, state.x, state.best_x)
    start, last, best = (problem.metrics(x) for x in points)
    return {name: (start[name], last[name], best[name]) for name in start}


def _points(one: Shown, metrics: Metrics) -> Iterator[tuple[str, ...]]:
    """Yield rows: what it is, at the start, at the last point, at the best."""
    run, reading = one.run, one.run.spec.problem.reading
    state = run.state_now
    # What the state says of a point that batches led to is of one batch.
    last = float(one.reader.stepper.problem.evaluate(state.x[np.newaxis])[0])
    last = last if np.isfinite(last) else state.f  # nobody can score a recorded point again
    values = (one.reader.state(0).f, last, state.best_f)
    goal = [figure_of(value_of(run, f)) for f in values]
    rest: list[tuple[str, ...]] = []
    is_train = False
    for metric, found in metrics.items():
        part, _, what = metric.partition("_")
        row = [figure_of(value) for value in found]
        known = MEASURES.get(what)
        if row == goal and part == "train" and known is not None and known.reading == reading:
            is_train = True  # the same numbers need no second row
        else:
            rest.append((f"{known.label}, {part}" if known else _OTHERS.get(metric, metric), *row))
    yield (f"{capitalised(reading.name)}, {'train' if is_train else 'as optimised'}", *goal)
    yield from rest
    if len(state.x) <= 3:
        points = (one.reader.state(0).x, state.x, state.best_x)
        for i in range(len(state.x)):
            label = called(one.run.spec.problem) if len(state.x) == 1 else f"x{i + 1}"
            yield (label, *(rounded(x[i], 6) for x in points))


def _player(one: Shown, most: int) -> tuple[Block, ...]:
    found = moments(one.run, one.reader, most, name=one.name, number=one.number)
    return () if found is None else (found,)


def _code(one: Shown) -> tuple[Block, ...]:
    """Show the lines of the last algorithm, and their variables at the end."""
    view = registry.kinds("views")["code"]()
    if not view.suits(one.run.spec.problem):
        return ()
    code = plot(view, [one]).figure.code
    if code is None:
        return ()
    values = "\n".join(f"{name} = {value}" for name, value in code.values)
    about = "One turn of the loop is one iteration; f(x) is what is made small."
    listings = [
        Listing("The algorithm in lines of Python", "\n".join(code.lines), (about,), open=True)
    ]
    if values:
        listings.append(Listing("Its variables at the end", values))
    return tuple(listings)


def _settings(one: Shown) -> tuple[Block, ...]:
    source = one.run.spec.optimizer.source
    about = (Paragraphs((f"Source of the algorithm: {source}.",)),) if source else ()
    return (Settings(tuple(groups(one.run.spec))), *about)


def _spec(one: Shown) -> tuple[Block, ...]:
    name, text = words.spec_file(one.run.spec)
    about = (
        f"Save this as {name} and type: optiviz run {name}",
        "The same software on the same kind of machine gives the same trace, whose SHA-256 is "
        f"{one.run.digest}.",
    )
    return (Listing("The exact spec, to run it again", text, about),)
