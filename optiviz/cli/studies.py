"""Studies: a plan from a file, one run with many seeds, one or two settings varied."""

from pathlib import Path
from typing import Annotated, Any

import typer

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT
from optiviz.cli import options
from optiviz.cli.doing import Where, finish
from optiviz.cli.shared import Json, name_from, read_settings, spec_from
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.store import is_ours, is_run_file
from optiviz.studies import sweep as sweeps
from optiviz.studies.measures import usual_measure
from optiviz.studies.plan import Configuration, Study


def study(
    source: Annotated[
        str,
        typer.Argument(
            metavar="STUDY", help="A study's name, or a .toml, .json, .optiviz or report file."
        ),
    ],
    jobs: options.Jobs = None,
    backend: options.Backend = "loky",
    cluster: options.Cluster = None,
    out: options.Out = None,
    report: options.Report = None,
    effort: options.Effort = "evaluations",
    explain: options.Explain = False,
    as_json: Json = False,
) -> None:
    """Do a study: several configurations, each with several seeds; go on with one in a file."""
    begun = None
    if is_ours(source) and not is_run_file(source):
        begun = Path(source)
    elif out is None and is_ours(source):
        out = Path(source)
    where = Where(jobs, backend, cluster, out, report, begun)
    finish(_study_from(source), where, effort, as_json, explain)


def repeat(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SPEC", help="A preset, or a .toml, .json, .optiviz or report file."
        ),
    ],
    seeds: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="How many.")] = 30,
    vary: Annotated[str, typer.Option(help="The seeds of: search, split or both.")] = "search",
    settings: options.Settings = None,
    evaluations: options.Evaluations = None,
    gradient_weight: options.Weight = GRADIENT_WEIGHT,
    measure: options.MeasureOption = None,
    target: options.Target = None,
    jobs: options.Jobs = None,
    backend: options.Backend = "loky",
    cluster: options.Cluster = None,
    out: options.Out = None,
    report: options.Report = None,
    effort: options.Effort = "evaluations",
    explain: options.Explain = False,
    as_json: Json = False,
) -> None:
    """Do a run with many seeds. Both: every seed of the search with every seed of the split."""
    spec = changed(spec_from(source), settings, evaluations, gradient_weight)
    plan: dict[str, Any] = {
        "title": f"{name_from(source)} with {seeds:,} seeds",
        "configurations": (Configuration(name=name_from(source), spec=spec),),
        "measure": measure or usual_measure([spec]),
        "target": target,
        "gradient_weight": gradient_weight,
    }
    plan |= _seeds(vary, seeds, spec)
    finish(Study(**plan), Where(jobs, backend, cluster, out, report), effort, as_json, explain)


def sweep(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SPEC", help="A preset, or a .toml, .json, .optiviz or report file."
        ),
    ],
    over: Annotated[
        list[str],
        typer.Option(
            metavar="PATH=VALUES",
            help="Once or twice, such as optimizer.step_size=0.01,0.1,1 or =0.01..1:7 (seven, "
            "log or linear as the setting is; or say 0.01..1:7:linear), or a JSON list.",
        ),
    ],
    random: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Draw N cells instead of a grid.")
    ] = None,
    sweep_seed: Annotated[int, typer.Option(min=0, help="Of drawing the cells.")] = 1,
    seeds: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="For each.")] = 5,
    vary: Annotated[str, typer.Option(help="The seeds of: search, split or both.")] = "search",
    settings: options.Settings = None,
    evaluations: options.Evaluations = None,
    gradient_weight: options.Weight = GRADIENT_WEIGHT,
    measure: options.MeasureOption = None,
    target: options.Target = None,
    jobs: options.Jobs = None,
    backend: options.Backend = "loky",
    cluster: options.Cluster = None,
    out: options.Out = None,
    report: options.Report = None,
    effort: options.Effort = "evaluations",
    explain: options.Explain = False,
    as_json: Json = False,
) -> None:
    """Vary one or two settings, over a grid or at random."""
    spec = changed(spec_from(source), settings, evaluations, gradient_weight)
    values = dict(_values(text) for text in over)
    if len(values) < len(over):
        raise SpecError([Mistake("--over", "names a setting twice")])
    plan: dict[str, Any] = {
        "title": f"{name_from(source)}: {sweeps.title(spec, values)[:150]}",
        "measure": measure or usual_measure([spec]),
        "target": target,
        "gradient_weight": gradient_weight,
    }
    plan |= _seeds(vary, seeds, spec)
    swept = (
        sweeps.grid(spec, values, **plan)
        if random is None
        else sweeps.at_random(spec, values, random, seed=sweep_seed, **plan)
    )
    finish(swept, Where(jobs, backend, cluster, out, report), effort, as_json, explain)


# Plans


def changed(
    spec: RunSpec, settings: list[str] | None, evaluations: int | None, weight: float
) -> RunSpec:
    """Return a spec with what the command line changes of it."""
    values = read_settings(settings)
    if evaluations is not None:
        limits = {"max_evaluations": evaluations, "gradient_weight": weight}
        values.append(("stopping", limits))
    return spec.with_values(values)


def _seeds(vary: str, n: int, spec: RunSpec) -> dict[str, Any]:
    if vary not in ("search", "split", "both"):
        raise SpecError([Mistake("--vary", f"must be search, split or both, is {vary!r}")])
    found: dict[str, Any] = {"search_seeds": (spec.seed,)}
    if vary != "split":
        found["search_seeds"] = tuple(range(1, n + 1))
    if vary != "search":
        found["split_seeds"] = tuple(range(1, n + 1))
    return found


def _values(text: str) -> tuple[str, sweeps.Values]:
    path, equals, values = text.partition("=")
    if not equals or not values.strip():
        raise SpecError([Mistake(text, "write it as path=values")])
    return path.strip(), sweeps.read_values(values)


def _study_from(source: str) -> Study:
    if is_ours(source):
        from optiviz.store import study_file

        return study_file.load(source).study
    return Study.load(source)
