"""The document of a report as it is previewed: made again only where other things are in it.

Who types a title would else wait for every figure and every moment of the run at each letter.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from optiviz.engine.run import Run
from optiviz.reports.document import Choices, Document, Progress
from optiviz.studies.results import Results
from optiviz.ui.exporting.studies import study_document

if TYPE_CHECKING:
    from optiviz.ui.exporting.previews import Drawn

__all__ = ["Documents"]


class Documents:
    """Makes documents in the worker, and keeps the last one with its pictures.

    Attributes
    ----------
    drawn : dict of (Figure, str) to bytes
        Pictures of its figures in themes.
    """

    def __init__(self) -> None:
        self.drawn: Drawn = {}
        self._for: tuple[object, ...] = ()
        self._made: Document | None = None

    def forget(self) -> None:
        """Keep nothing."""
        self._for, self._made = (), None
        self.drawn.clear()

    def of(
        self,
        results: Results | None,
        runs: Sequence[Run],
        choices: Choices,
        progress: Progress | None,
    ) -> Document:
        """Return the document of a study, or else of runs, without the runs themselves."""
        if results is not None:
            return study_document(results, choices)
        from optiviz.reports.content import document, paragraphs

        states = [(run, run.trace.generation, run.trace.last_k, run.name) for run in runs]
        key = (*states, choices.parts, choices.views)
        made = self._made
        if made is None or key != self._for:
            self.forget()
            parts = tuple(part for part in choices.parts if part != "runs")
            made = document(runs, Choices(parts=parts, views=choices.views), progress)
            self._for, self._made = key, made
        title, notes = choices.title or made.title, paragraphs(choices.notes)
        return replace(made, title=title, author=choices.author, notes=notes)
