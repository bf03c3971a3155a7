"""Runs that were recorded elsewhere: played back exactly, from specs too, and never changed."""

import numpy as np
import pytest

from optiviz import testing
from optiviz.engine import registry
from optiviz.engine.packing import packed, unpacked
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.recorded import MOST_ITERATIONS, Recorded
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.recorded import RecordedProblem
from optiviz.testing.optimizers import OPTIMIZER_CHECKS
from optiviz.views import show

K = np.array([0.0, 3, 4, 10, 60])


def recorded(**columns) -> Recorded:
    usual = {"iterations": packed(K), "values": packed(np.array([5.0, 4, 4.5, 1, 2]))}
    return Recorded(about="Written by hand.", **usual | columns)


def spec_of(optimizer: Recorded, problem=None) -> RunSpec:
    problem = problem or RecordedProblem(names=tuple("abcdefghij"[: optimizer.dim]))
    stopping = StoppingCriterion(max_iterations=optimizer.last_k)
    return RunSpec(problem=problem, optimizer=optimizer, stopping=stopping)


def test_numbers_are_packed_to_the_last_bit():
    values = np.array([0.1, np.nan, -0.0, np.inf, 5e-324, 1e308])
    assert unpacked(packed(values), 6).tobytes() == values.tobytes()
    for text in ("", "zz", packed(values)[:-8], "AAAA", packed(values) + "é"):
        with pytest.raises(ValueError, match="is "):
            unpacked(text, 6)
    with pytest.raises(ValueError, match="holds more than 5"):
        unpacked(packed(values), 5)
    with pytest.raises(ValueError, match="holds more than 1,000"):  # before there is memory for it
        unpacked(packed(np.zeros(10_000_000)), 1000)


@pytest.mark.parametrize("dim", [0, 3])
def test_it_keeps_what_every_algorithm_promises_but_for_values_of_its_own(dim: int):
    """Splits, states and threads as in the conformance suite; its problem knows no values."""
    points = packed(np.arange(5.0 * dim)) if dim else None
    optimizer = recorded(points=points, evaluations=packed(np.array([1.0, 9, np.nan, 30, 70])))
    problem = spec_of(optimizer).problem
    testing.check_kind(optimizer)
    testing.check_kind(problem)
    checks = {check.__name__: check for check in OPTIMIZER_CHECKS}
    assert "check_splits" in checks
    for name, check in checks.items():
        # They ask the problem for the values again, and for a change.
        if name not in ("check_states", "check_changes"):
            check(optimizer, problem)


def test_it_stands_still_where_nothing_was_recorded():
    optimizer = recorded(points=packed(np.array([0.0, 1, np.nan, 3, 4])))
    run = Run(spec_of(optimizer)).finish()
    assert run.trace.rows(0, 12).f.tolist() == [5, 5, 5, 4, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 1, 1]
    assert run.trace.rows(0, 12).best_f.tolist() == [5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 1, 1]
    assert [run.state(k).x[0] for k in (0, 2, 3, 4, 9, 10, 60)] == [0, 0, 1, 1, 1, 3, 4]
    assert run.evaluations == 60
    assert run.state_now.best_k == 10
    assert run.best_x.tolist() == [3]
    reader = Reader(run)
    for k in np.random.default_rng(0).integers(0, 61, 30).tolist():
        assert reader.state(k).f == run.trace.rows(k, k + 1).f[0]


def test_specs_name_it_and_lists_do_not():
    spec = spec_of(recorded())
    assert RunSpec.from_dict(spec.to_dict()) == spec
    assert "recorded" not in registry.kinds("optimizers")
    assert "recorded" not in registry.kinds("problems")
    assert registry.known("optimizers")["recorded"] is Recorded
    with pytest.raises(SpecError) as caught:
        RunSpec.from_dict(spec.to_dict() | {"optimizer": {"kind": "no such"}})
    assert "recorded" not in str(caught.value)


def test_it_is_only_read():
    spec = spec_of(recorded(points=packed(np.zeros(10))))
    run = Run(spec).finish()
    digest = run.digest
    for change in ({"x": np.ones(2)}, {"optimizer": HillClimbing()}):
        for act in (run.change, run.branch):
            with pytest.raises(SpecError, match="only read"):
                act(5, **change)
    assert run.digest == digest
    sphere = FunctionND(dimension=2)
    ours = Run(RunSpec(problem=sphere, optimizer=HillClimbing(), stopping=spec.stopping)).finish()
    with pytest.raises(SpecError, match="only read"):
        ours.change(5, optimizer=spec.optimizer)
    with pytest.raises(SpecError, match="needs values"):
        RunSpec(problem=spec.problem, optimizer=HillClimbing(), stopping=spec.stopping)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"iterations": "no"}, "is no packed column"),
        ({"iterations": packed(np.array([0.0, 1, 1, 2, 3]))}, "whole numbers that rise"),
        ({"iterations": packed(np.array([0.0, 0.5, 1, 2, 3]))}, "whole numbers that rise"),
        ({"iterations": packed(np.array([np.nan, 1, 2, 3, 4]))}, "whole numbers that rise"),
        ({"iterations": packed(np.array([]))}, "whole numbers that rise"),
        ({"iterations": packed(np.array([0, 1, 2, 3, 2.0 * MOST_ITERATIONS]))}, "from 0 to"),
        ({"values": packed(np.zeros(4))}, "must have 5 numbers"),
        ({"evaluations": packed(np.array([5.0, 4, 3, 2, 1]))}, "don't fall"),
        ({"points": packed(np.zeros(7))}, "for each of 5 rows"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_at_its_field(columns, said):
    with pytest.raises(SpecError) as caught:
        recorded(**columns)
    assert said in str(caught.value)
    assert caught.value.mistakes[0].path == next(iter(columns))


def test_points_of_another_problem_are_refused():
    with pytest.raises(SpecError, match="this problem's have 3"):
        spec_of(recorded(points=packed(np.zeros(10))), FunctionND(dimension=3))


def test_no_view_stumbles_over_it():
    """Warnings are errors here."""
    sphere = FunctionND(dimension=2)
    far = recorded(points=packed(np.linspace(-1e200, 1e200, 10)))
    for optimizer, problem in (
        (recorded(), None),
        (recorded(points=packed(np.zeros(15))), None),
        (recorded(points=packed(np.zeros(10))), sphere),
        (far, sphere),
        (recorded(values=packed(np.array([1.0, 2, 3, 4, np.nan]))), None),
    ):
        run = Run(spec_of(optimizer, problem), "theirs").finish()
        assert run.status is RunStatus.FINISHED
        run.history.extend(Reader(run))
        suited = [
            v for cls in registry.kinds("views").values() if (v := cls()).suits(run.spec.problem)
        ]
        assert len(suited) >= (3 if problem is None else 6)
        for view in suited:
            for k in (0, 5, run.k):
                assert view.figure([show(run, k, "theirs")]).title
    run = Run(spec_of(recorded(points=packed(np.zeros(10))), sphere)).finish()
    for kind in ("code", "tried_steps"):
        view = registry.kinds("views")[kind]()
        assert "recorded elsewhere" in view.figure([show(run, 5)]).empty
        assert not view.suits(RecordedProblem())
