"""Statistics that are taken away are those of the runs, and say what they leave out."""

import csv
import json

import numpy as np
import pytest

from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.presets import load
from optiviz.reports.data.statistics import of_runs, of_study
from optiviz.reports.export import export
from optiviz.store.atomic import StoreError
from optiviz.studies.comparison import compare
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import recorded
from optiviz.studies.results import Results


def of(spec, seeds, name=""):
    return [Run(spec.replace(seed=seed), name and f"{name} {seed}").finish() for seed in seeds]


def short(name, **values):
    pairs = [(path.replace("__", "."), value) for path, value in values.items()]
    return load(name).spec.with_values([("stopping.max_iterations", 80), *pairs])


@pytest.fixture(scope="module")
def runs():
    climb = short("classic-perceptron")
    return of(climb, range(1, 9)) + of(climb.with_value("optimizer.step_size", 1.5), range(1, 7))


def exported(runs, fmt, path):
    export(runs[0], fmt, path, beside=runs[1:])
    return path


def test_each_number_is_that_of_the_runs(runs, tmp_path):
    found = of_runs(runs)
    assert [len(group.records) for group in found.groups] == [8, 6]
    for group, mine in zip(found.groups, (runs[:8], runs[8:]), strict=True):
        numbers = {one.name: one for one in group.quantities}
        accuracy = np.array([1 - run.best_f for run in mine])
        one = numbers["objective"]
        assert one.more_is_better
        assert (one.runs, one.failed) == (len(mine), 0)
        assert one.mean == pytest.approx(accuracy.mean())
        assert one.deviation == pytest.approx(accuracy.std(ddof=1))
        found_at = (one.least, one.lower_quartile, one.median, one.upper_quartile, one.most)
        np.testing.assert_allclose(found_at, np.quantile(accuracy, (0, 0.25, 0.5, 0.75, 1)))
        assert one.low <= one.median <= one.high
        test = [run.spec.problem.evaluator().metrics(run.best_x)["test_accuracy"] for run in mine]
        assert numbers["test_accuracy"].median == pytest.approx(np.median(test))
        assert numbers["evaluations"].median == np.median([run.evaluations for run in mine])
        assert [row["trace_sha256"] for row in group.rows()] == [run.digest for run in mine]
    names = [group.name for group in found.groups]
    assert names[0].endswith(", step size 0.05")
    assert names[1].endswith(", step size 1.5")
    assert list(of_runs(runs[::-1]).groups[0].rows()) == list(found.groups[1].rows())


def test_the_course_is_that_of_the_runs(runs):
    group = of_runs(runs[:8]).groups[0]
    at = group.course.x
    assert (at[0], at[-1]) == (1, 81)
    for i in (0, 30, 100):
        accuracy = [1 - run.state(int(at[i]) - 1).best_f for run in runs[:8]]
        assert group.bands[2, i] == pytest.approx(np.median(accuracy))
        assert group.bands[4, i] == pytest.approx(max(accuracy))
    assert (np.diff(group.bands) >= 0).all()


def test_groups_are_compared_by_the_seeds_that_all_have(runs):
    found = of_runs(runs)
    assert found.notes == ("Compared by 6 seeds that all groups have.",)
    specs = [group.spec for group in found.groups]
    names = [group.name for group in found.groups]
    assert len(set(names)) == 2
    study = Study(
        configurations=tuple(Configuration(name=n, spec=s) for n, s in zip(names, specs)),  # noqa: B905
        search_seeds=tuple(range(1, 7)),
    )
    results = Results(study, {p: recorded(study.spec_of(p)) for p in study.runs})
    wanted = compare(results).to_dict()
    for one in (wanted, theirs := found.comparison.to_dict()):
        for group in one["groups"]:
            group.pop("seconds")
    assert theirs == wanted
    whole = of_study(results)
    assert [one.median for one in whole.groups[1].quantities[:3]] == [
        one.median for one in found.groups[1].quantities[:3]
    ]


def test_files_have_the_same_numbers(runs, tmp_path):
    data = json.loads(exported(runs, "statistics_json", tmp_path / "s.json").read_text())
    with exported(runs, "statistics_csv", tmp_path / "s.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(group["quantities"]) for group in data["groups"])
    for row in rows:
        (group,) = (one for one in data["groups"] if one["name"] == row["group"])
        one = group["quantities"][row["name"]]
        for name in ("mean", "median", "low", "upper_quartile"):
            assert (float(row[name]) if row[name] else None) == one[name]
    with np.load(exported(runs, "statistics_npz", tmp_path / "s.npz")) as arrays:
        assert list(arrays["groups"]) == [group["name"] for group in data["groups"]]
        for place, group in enumerate(data["groups"], 1):
            names = list(arrays[f"group_{place}/quantities"])
            medians = [group["quantities"][name]["median"] for name in names]
            assert arrays[f"group_{place}/median"].tolist() == medians
            assert arrays[f"group_{place}/course/median"].tolist() == group["course"]["median"]
            seeds = [run["search_seed"] for run in group["runs"]]
            assert arrays[f"group_{place}/runs/search_seed"].tolist() == seeds
            assert RunSpec.from_dict(json.loads(str(arrays[f"group_{place}/spec"])))
    assert data["comparison"]["groups"][0]["rank"] == 1


def test_runs_that_failed_count_as_the_worst_and_are_never_left_out(descents, tmp_path):
    """Rates of 0.1 to 1.1: the last one flies off."""
    found = of_runs(descents)
    last = found.groups[3]
    assert last.name == "rate 1.1"
    assert (last.quantities[0].runs, last.quantities[0].failed) == (1, 0)
    spec = descents[3].spec.replace(start=(1e200,))
    group = of_runs([Run(spec, "gone").finish()]).groups[0]
    assert (group.quantities[0].runs, group.quantities[0].failed) in ((1, 0), (1, 1))
    exported([*descents, Run(spec, "gone").finish()], "statistics_json", tmp_path / "a.json")
    json.loads((tmp_path / "a.json").read_text(), parse_constant=lambda c: pytest.fail(c))


def test_the_same_run_twice_is_one_run(runs):
    found = of_runs([*runs[:2], runs[0]])
    assert [len(group.records) for group in found.groups] == [2]
    numbers = found.groups[0].quantities
    assert all(np.isnan([one.low, one.high]).all() for one in numbers)  # two runs bound nothing
    assert found.notes == ("1 run was the same as others, seed and all, and counted once.",)


def test_what_cannot_be_compared_is_said(runs, descents):
    found = of_runs([runs[0], descents[0]])
    assert len(found.groups) == 2
    assert found.comparison is None
    assert found.notes == ("The groups have no measure in common, so they are not compared.",)
    found = of_runs([runs[0], runs[9]])
    assert found.notes == ("The groups have no seed in common, so they are not compared.",)


def test_what_has_not_begun_is_said_and_the_old_file_stays(runs, tmp_path):
    from optiviz.reports.formats import Options, formats

    def stop(done, of):
        raise KeyError

    (tmp_path / "s").write_text("old")
    for fmt in ("statistics_csv", "statistics_json", "statistics_npz"):
        with pytest.raises(StoreError, match="has not started"):
            formats()[fmt].write([runs[0], Run(runs[0].spec)], tmp_path / "s", Options())
        with pytest.raises(KeyError):
            formats()[fmt].write(runs, tmp_path / "s", Options(progress=stop))
    assert (tmp_path / "s").read_text() == "old"


def test_names_are_no_formulas(runs, tmp_path):
    named = Run(runs[0].spec, "=cmd|' /C calc'!A0\n").finish()
    text = exported([named], "statistics_csv", tmp_path / "s.csv").read_text()
    assert "\n'=cmd" in text
    assert "\n=cmd" not in text
