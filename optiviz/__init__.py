"""optiviz: see optimization.

A run is a pure function of its spec:

>>> import optiviz
>>> run = optiviz.run(optiviz.RunSpec.load("classic-descent"))
>>> run.best_x, run.stop_reason  # doctest: +SKIP

What is public here needs neither Qt nor matplotlib.
"""

import sys

from optiviz.engine import threads

if "numpy" not in sys.modules:
    threads.ask_for_one_blas_thread()

from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import Change, RunSpec
from optiviz.engine.stopping import StoppingCriterion, StopReason

__version__ = "0.1.0"

__all__ = [
    "Change",
    "Run",
    "RunSpec",
    "RunStatus",
    "SpecError",
    "StopReason",
    "StoppingCriterion",
    "run",
]


def run(spec: RunSpec) -> Run:
    """Do a whole run.

    Parameters
    ----------
    spec : RunSpec
        For example ``RunSpec.load("classic-mlp")`` or ``RunSpec.from_dict(mapping)``.

    Returns
    -------
    Run
        With `best_x`, `best_f`, `evaluations`, `trace` and `stop_reason`. An error inside the
        algorithm doesn't raise: `status` is then ``RunStatus.FAILED`` and `failure` says why.
    """
    return Run(spec).finish()
