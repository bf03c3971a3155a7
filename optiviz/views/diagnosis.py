"""Why did it stop improving? Notes on a run, each with its evidence and a click to the place."""

from collections.abc import Sequence

from optiviz.analysis.diagnosis import Finding, findings, looked_at
from optiviz.engine.run import RunStatus
from optiviz.views import Shown, View
from optiviz.views.figure import Action, Figure, Note


class Diagnosis(View):
    """What rules find in the run in focus at its iteration."""

    kind = "diagnosis"
    label = "Why did it stop improving?"
    costly = True
    place = 85

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Write the notes on the first run."""
        one = shown[0]
        failed = one.run.status is RunStatus.FAILED
        if one.k < 1 and not failed and one.last_seen > 0:
            return Figure(self.label, empty="It is at its start: go to a later iteration.")
        notes = tuple(map(_note, findings(one.run, one.reader, one.k, one.quick)))
        at = f"iteration {one.k:,}"
        whose = f"{one.name}, " if len(shown) > 1 and one.name else ""
        if not notes:
            return Figure(self.label, empty=_nothing(one), note=at)
        count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
        sentences = " ".join(f"{note.sentence} {note.evidence}".strip() for note in notes)
        return Figure(
            title=self.label,
            note=f"{whose}{at}: {count}",
            notes=notes,
            caption=f"What was found at {at}. {sentences}",
        )


def _note(finding: Finding) -> Note:
    """Return a finding with what a click on it does."""
    action = None
    if finding.look:
        action = Action(finding.look, finding.k, finding.view, finding.settings)
    return Note(finding.sentence, finding.evidence, action)


def _nothing(one: Shown) -> str:
    """Say that there is nothing to say, and what was looked at."""
    if one.last_seen < 1:
        return "It has not begun: let it run, and what holds it up shows here."
    *others, last = looked_at(one.run, one.reader, one.k, one.quick)
    names = f"{', '.join(others)} and {last}" if others else last
    more = " More is looked at when it stands." if one.quick else ""
    return f"Nothing was found that holds it up at iteration {one.k:,}. Looked at: {names}.{more}"
