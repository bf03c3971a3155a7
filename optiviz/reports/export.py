"""Take runs away as a file of any kind: what is asked for is checked, and the format writes it.

Matplotlib is imported by the formats that draw, when they do.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.reports.data.rows import started
from optiviz.reports.figures import check_at, check_views, suiting
from optiviz.reports.formats import Format, Options, formats
from optiviz.views import View


def export(
    run: Run,
    fmt: str,
    path: str | Path,
    view: str | View | None = None,
    at: int | None = None,
    *,
    beside: Sequence[Run] = (),
    options: Options | None = None,
) -> None:
    """Write runs to a file.

    Parameters
    ----------
    fmt : str
        The name of a format: `optiviz.reports.formats` finds them.
    view : str or View, optional
        What is drawn: the kind of a view, or one with settings; in place of those in `options`.
    at : int, optional
        The iteration to show; data then end there. The last one if left out.
    beside : sequence of Run
        What is written together with it where a format can hold several, each up to the same
        iteration.
    options : Options, optional
        All else that a format takes.

    Raises
    ------
    SpecError
        If there is no such format, view or iteration; it names what there is.
    StoreError
        If the file can't be written.
    """
    chosen = format_named(fmt)
    runs = started([run], path)
    runs += [one for one in beside if len(one.trace)] if chosen.several else []
    options = Options() if options is None else options
    at = options.at if at is None else at
    check_at(runs, at)
    wanted = options.views if view is None else (view,)
    if "view" in chosen.takes or "views" in chosen.takes:
        views = tuple(find_view(run, one) for one in wanted or (None,))
    elif wanted:
        drawn = [one.name for one in formats().values() if "view" in one.takes]
        raise _mistake("view", f"{fmt} shows no view: leave it out, or choose {_either(drawn)}")
    else:
        views = ()
    chosen.write(runs, Path(path), replace(options, views=views, at=at))


def format_named(name: str) -> Format:
    """Return a format.

    Raises
    ------
    SpecError
        If there is none of this name; it names those that there are.
    """
    if name not in formats():
        known = ", ".join(sorted(formats()))
        raise _mistake("to", f"{name!r} is not a format; formats are {known}")
    return formats()[name]


def _mistake(field: str, sentence: str) -> SpecError:
    return SpecError([Mistake(field, sentence)])


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def find_view(run: Run, view: str | View | None) -> View:
    """Return a view that can show a run.

    Raises
    ------
    SpecError
        If there is none of this kind that can; it names those that can.
    """
    known = registry.kinds("views")
    if isinstance(view, str):
        if view not in known:
            names = suiting(run)
            raise _mistake("view", f"there is no view {view!r}; views of this run are {names}")
        found: View | None = known[view]()
    else:
        found = view
    check_views(run, () if found is None else (found,))
    assert found is not None
    return found
