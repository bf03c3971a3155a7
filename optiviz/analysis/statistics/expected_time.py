"""Expected running time: what the target costs if a run that fails is followed by another."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optiviz.engine.wording import counted


@dataclass(frozen=True)
class ExpectedTime:
    """The expected running time to a target (ERT).

    Attributes
    ----------
    value : float
        In the unit of the times; inf where no run reached the target, nan without runs.
    successes, runs : int
    spent_in_vain : float
        By the runs that didn't reach it.
    unit : str
        What is counted, such as "evaluations".
    """

    value: float
    successes: int
    runs: int
    spent_in_vain: float
    unit: str

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if not self.runs:
            return "No run is done, so nothing is known of the time to the target."
        if not self.successes:
            return (
                f"None of {counted(self.runs, 'run')} reached the target, so the expected time "
                f"to it is unknown: more than {self.spent_in_vain:,.6g} {self.unit} were spent on "
                "it in vain."
            )
        said = f"Reaching the target takes {self.value:,.4g} {self.unit} on average"
        if self.successes < self.runs:
            said += (
                f", counting what {counted(self.runs - self.successes, 'run')} of {self.runs:,} "
                "spent in vain, as if one started anew after each"
            )
        said += "."
        if self.successes < 5:
            said += f" Only {counted(self.successes, 'run')} reached it, so this is rough."
        return said


def expected_time(times: ArrayLike, spent: ArrayLike, unit: str = "evaluations") -> ExpectedTime:
    """Return the expected running time to a target.

    ERT = (effort of all runs until they reached the target or ended) / (runs that reached it):
    the expected effort of starting anew until a run reaches it.

    Parameters
    ----------
    times : array_like, shape (n,)
        What each run had spent when it reached the target; nan or inf where it didn't.
    spent : array_like, shape (n,)
        What each run spent in all.
    unit : str

    References
    ----------
    N. Hansen, A. Auger, R. Ros, O. Mersmann, T. Tušar & D. Brockhoff (2021), "COCO: a platform for
    comparing continuous optimizers in a black-box setting", Optimization Methods and Software 36,
    there called average runtime, of simulated restarts; K. V. Price (1997), "Differential evolution
    vs. the functions of the 2nd ICEO" (as ENES).
    """
    times = np.asarray(times, dtype=np.float64)
    reached = np.isfinite(times)
    vain = float(np.asarray(spent, dtype=np.float64)[~reached].sum())
    n = int(reached.sum())
    if not len(times):
        value = math.nan
    else:
        value = (float(times[reached].sum()) + vain) / n if n else math.inf
    return ExpectedTime(value, n, len(times), vain, unit)
