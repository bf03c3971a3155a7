"""The conformance suite: check an optimizer, a problem or a dataset of your own as ours are.

>>> from optiviz.testing import check_optimizer
>>> check_optimizer(MyOptimizer())  # doctest: +SKIP

A check that fails raises an AssertionError with one sentence: what was promised, and where it is
not so. Imports everything below the views; not pytest, so that it runs anywhere.
"""

from collections.abc import Sequence

from optiviz.datasets import Dataset
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.problem import Problem
from optiviz.testing.datasets import DATASET_CHECKS
from optiviz.testing.kinds import check_kind, name_of, require
from optiviz.testing.listings import check_listing
from optiviz.testing.optimizers import OPTIMIZER_CHECKS, check_divergence, check_refusal
from optiviz.testing.problems import PROBLEM_CHECKS
from optiviz.testing.samples import problems_with_slope, problems_without_slope

__all__ = [
    "DATASET_CHECKS",
    "OPTIMIZER_CHECKS",
    "PROBLEM_CHECKS",
    "check_dataset",
    "check_divergence",
    "check_kind",
    "check_listing",
    "check_optimizer",
    "check_problem",
    "check_refusal",
    "problems_with_slope",
    "problems_without_slope",
]


def check_optimizer(
    optimizer: Optimizer | type[Optimizer], problems: Sequence[Problem] | None = None
) -> None:
    """Check that an algorithm keeps what `optiviz.engine.optimizer` promises of it.

    Parameters
    ----------
    optimizer : Optimizer or type of Optimizer
        A class is checked with its defaults.
    problems : sequence of Problem, optional
        What to run it on, instead of `problems_with_slope` and `problems_without_slope`.

    Raises
    ------
    AssertionError
        With one sentence that says what is not as promised.
    """
    made = optimizer() if isinstance(optimizer, type) else optimizer
    check_kind(made)
    check_divergence(made)
    if problems is None:
        problems = (*problems_with_slope(), *problems_without_slope())
    taken = [problem for problem in problems if not check_refusal(made, problem)]
    require(bool(taken), f"{name_of(made)} refuses every problem that it was given")
    for problem in taken:
        for check in OPTIMIZER_CHECKS:
            check(made, problem)
        if made.listing() is not None:
            check_listing(made, problem, from_start=False)


def check_problem(problem: Problem) -> None:
    """Check that a problem keeps what `optiviz.engine.problem` promises of it.

    Raises
    ------
    AssertionError
        With one sentence that says what is not as promised.
    """
    check_kind(problem)
    for check in PROBLEM_CHECKS:
        check(problem)


def check_dataset(dataset: Dataset | type[Dataset]) -> None:
    """Check that a dataset keeps what `optiviz.datasets` promises of it.

    Raises
    ------
    AssertionError
        With one sentence that says what is not as promised.
    """
    made = dataset() if isinstance(dataset, type) else dataset
    check_kind(made)
    for check in DATASET_CHECKS:
        check(made)
