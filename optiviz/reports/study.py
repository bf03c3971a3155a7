"""Pictures of studies as files: the same figures as in the window."""

from pathlib import Path

from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.reports.drawing import render
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.study_views import StudyView


def study_views_for(study: Study) -> list[StudyView]:
    """Return the views that suit a study, in their order, with their usual settings."""
    made = [cls() for cls in registry.kinds("study_views").values()]
    return sorted((view for view in made if view.suits(study)), key=lambda view: view.place)


def study_picture(
    results: Results, view: StudyView | str, path: str | Path, *, theme: str = "light"
) -> None:
    """Draw a view of a study into a file.

    Parameters
    ----------
    results : Results
    view : StudyView or str
        Or the name of its kind.
    path : path
        Ends in ``.png`` or ``.svg``.
    theme : {"light", "dark"}

    Raises
    ------
    SpecError
        If there is no such view, or it has nothing to say of such a study.
    ValueError
        If the file's name ends otherwise.
    StoreError
        If the file can't be written.
    """
    if isinstance(view, str):
        view = StudyView.from_dict({"kind": view})
    if not view.suits(results.study):
        suited = ", ".join(one.kind for one in study_views_for(results.study))
        raise SpecError([Mistake("view", f"{view.kind} doesn't suit this study; {suited} do")])
    ending = Path(path).suffix.lower().removeprefix(".")
    figure = view.figure(results)
    if ending == "png":
        render(figure, path, "png", theme=theme)
    elif ending == "svg":
        render(figure, path, "svg", theme=theme)
    else:
        raise ValueError(f"{Path(path).name}: the picture's name must end in .png or .svg")
