"""The verdict: what a study says in plain words, how sure that is, and what speaks against it."""

import numpy as np

from optiviz.engine.wording import capitalised
from optiviz.studies.comparison import Comparison
from optiviz.studies.done import Done, reading
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.study_views.parts import (
    Counted,
    compared,
    done,
    nothing_yet,
    runs_of,
    typical,
    worst_of,
)
from optiviz.views.figure import Action, Figure, Note

_PAIRS = 3  # of the best one with others, and of what else there is one of each configuration


class Verdict(StudyView):
    """Sentences with their evidence, cautions after them."""

    kind = "verdict"
    label = "What it says"
    place = 15
    reported = False

    over: Counted = "evaluations"

    def figure(self, results: Results) -> Figure:
        """Write the notes."""
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        found = compared(results, self.over)
        worst = worst_of(reading(results.study))
        groups = runs_of(results)
        notes = [
            *_best(found, groups, worst),
            *(Note(caution.sentence, caution.instead) for caution in found.cautions),
            *_overall(found),
            *_pairs(found),
            *_target(found),
            *(Note(one.variances.sentence, one.name) for one in found.variances[:_PAIRS]),
            *_failed(results, groups),
        ]
        said = {note.sentence for note in notes} | {found.best.sentence if found.best else ""}
        others = [sentence for sentence in found.sentences if sentence not in said]
        if others:
            notes.append(Note("How it was compared", " ".join(others)))
        count = len(found.cautions)
        cautions = f", {count} caution{'s' if count > 1 else ''}" if count else ""
        words = " ".join(f"{note.sentence} {note.evidence}".strip() for note in notes)
        if found.best is not None:
            words = f"{found.best.sentence} {words}"
        return Figure(
            self.label,
            note=f"{done(results)}{cautions}",
            notes=tuple(notes),
            warning="" if found.complete else "Runs are missing: tests wait until all are done.",
            caption=words,
        )


def _best(found: Comparison, groups: list[Done], worst: float) -> list[Note]:
    if found.best is None:
        return [Note("Nothing can be said of which is best.", "No run that is done has a value.")]
    best, group = found.best, groups[found.best.configuration]
    often = ""
    if np.isfinite(best.probability):
        often = f"It would come out first in about {100 * best.probability:.0f} of 100 studies."
    evidence = " ".join(filter(None, (best.how_sure, often, best.interval.sentence)))
    action = Action("Show its run in the middle", runs=(typical(group, worst),))
    return [Note(capitalised(best.headline), capitalised(evidence), action, large=True)]


def _overall(found: Comparison) -> list[Note]:
    if found.overall is None:
        return []
    test = found.overall
    numbers = "" if np.isnan(test.statistic) else f", statistic {test.statistic:.3g}"
    return [Note(test.sentence, f"{test.name}'s rank test: p = {test.p:.2g}{numbers}.")]


def _pairs(found: Comparison) -> list[Note]:
    """Return notes on the pairs of the best one."""
    if found.best is None:
        return []
    best = found.best.configuration
    pairs = [pair for pair in found.pairs if best in (pair.first, pair.second)]
    notes = []
    for pair in pairs[:_PAIRS]:
        effect = "" if pair.effect is None else pair.effect.sentence
        one, other = pair.names
        said = f"{one} and {other} differ." if pair.differs else f"{one} and {other}: open."
        test = "" if pair.test is None else f"{pair.test.name}: "
        notes.append(Note(capitalised(said), f"{test}{pair.sentence} {effect}".strip()))
    more = len(pairs) - len(notes)
    if more > 0:
        stand = "1 more pair stands" if more == 1 else f"{more:,} more pairs stand"
        action = Action("Show all pairs", view="pairwise_table")
        notes.append(Note(f"{stand} in the table, pair by pair.", "", action))
    return notes


def _target(found: Comparison) -> list[Note]:
    notes = []
    for row in found.groups:
        if row.success is None or row.expected_time is None or not row.runs:
            continue
        notes.append(
            Note(capitalised(f"{row.name}: {row.success.sentence}"), row.expected_time.sentence)
        )
    return notes[:_PAIRS]


def _failed(results: Results, groups: list[Done]) -> list[Note]:
    """Return a note on each configuration some of whose runs failed, with a click to the first."""
    notes = []
    for group in groups:
        places = group.places[group.failed]
        if not len(places):
            continue
        first = group.records[int(np.flatnonzero(group.failed)[0])]
        why = first.failure or (first.stop_reason.value if first.stop_reason else "")
        runs = f"{len(places):,} of {len(group.records):,} runs"
        name = results.study.name_of(results.study.runs[int(places[0])])
        action = Action(f"Show {name}", runs=(int(places[0]),))
        notes.append(Note(f"{runs} of {group.name} failed and count as the worst.", why, action))
    return notes[:_PAIRS]
