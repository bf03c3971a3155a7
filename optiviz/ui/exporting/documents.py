"""The document of a report as it is previewed: made again only where other things are in it.

Who types a title would else wait for every figure and every moment of the run at each letter.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from optiviz.engine.run import Run
from optiviz.reports.document import Choices, Document, Progress
from optiviz.studies.results import Results

if TYPE_CHECKING:
    from optiviz.ui.exporting.previews import Drawn

__all__ = ["Documents"]


class Documents:
    """Makes documents in the worker, and keeps the last one with its pictures.

    Attributes
    ----------
    drawn : dict of (Figure, (float, float), str) to bytes
        Pictures of its figures in sizes and themes.
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
        """Return the document of a study, or else of runs."""
        from optiviz.reports.content import document, paragraphs
        from optiviz.reports.studies.content import study_document

        states = [(run, run.trace.generation, run.trace.last_k, run.name) for run in runs]
        done = 0 if results is None else len(results.records)
        key = (results, done, *states, choices.parts, choices.views)
        made = self._made
        if made is None or key != self._for:
            self.forget()
            bare = Choices(parts=choices.parts, views=choices.views)
            if results is None:
                made = document(runs, bare, progress)
            else:
                made = study_document(results, bare, progress)
            self._for, self._made = key, made
        title, notes = choices.title or made.title, paragraphs(choices.notes)
        return replace(made, title=title, author=choices.author, notes=notes)
