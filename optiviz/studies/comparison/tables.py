"""What a comparison says: tables, tests and sentences, as plain data."""

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from optiviz.analysis.runs.effort import EffortName
from optiviz.analysis.statistics.effect_size import Effect
from optiviz.analysis.statistics.expected_time import ExpectedTime
from optiviz.analysis.statistics.intervals import Interval
from optiviz.analysis.statistics.run_times import RunTimes
from optiviz.analysis.statistics.several import SeveralTest
from optiviz.analysis.statistics.success import SuccessRate
from optiviz.analysis.statistics.two import PairTest
from optiviz.analysis.statistics.variances import Variances
from optiviz.studies.cautions import Caution


@dataclass(frozen=True)
class Group:
    """One configuration: a row of the grouped table.

    Numbers that there are none of are nan.

    Attributes
    ----------
    configuration : int
        Its place in the study.
    name : str
    rank : int
        From 1, the best; configurations whose medians are the same share one. 0 without a run.
    runs, planned, failed : int
        Done, to be done in all, and of those done the ones without a value.
    median, lower_quartile, upper_quartile : float
        Of all runs, those that failed as the worst; nan where it falls among these. The lower
        quartile is the lower number, whichever is better.
    interval : Interval
        Of the median.
    best, worst : float
        Of the runs that didn't fail.
    train_accuracy, test_accuracy : float
        Means over the runs that have them, at their ends.
    success : SuccessRate or None
        How many reached the target; None without a target.
    median_time : float
        To the target, in the chosen effort; inf where half of the runs or more didn't reach it.
    expected_time : ExpectedTime or None
        To the target, the efforts of the runs that didn't reach it counted.
    running_times : RunTimes or None
        To the target, as a distribution.
    effort, seconds : float
        Medians of what the runs used, in the chosen effort and in time of computing.
    probability_best : float
        Share of bootstrap samples of the seeds in which its median is the best.
    """

    configuration: int
    name: str
    rank: int
    runs: int
    planned: int
    failed: int
    median: float
    lower_quartile: float
    upper_quartile: float
    interval: Interval
    best: float
    worst: float
    train_accuracy: float
    test_accuracy: float
    success: SuccessRate | None
    median_time: float
    expected_time: ExpectedTime | None
    running_times: RunTimes | None
    effort: float
    seconds: float
    probability_best: float


@dataclass(frozen=True)
class Pair:
    """Two configurations side by side: a row of the pairwise table.

    Attributes
    ----------
    first, second : int
        Their places in the study; the first has the better rank.
    names : tuple of (str, str)
    difference : float
        Median of the first minus that of the second; nan where one has none.
    effect : Effect or None
        How often a run of the first is better than one of the second.
    test : PairTest or None
        None where it is withheld, or there is nothing to test.
    p : float
        Adjusted for the number of pairs by Holm's method; nan without a test.
    differs : bool
        Whether the adjusted p is below 0.05.
    sentence : str
    """

    first: int
    second: int
    names: tuple[str, str]
    difference: float
    effect: Effect | None
    test: PairTest | None
    p: float
    differs: bool
    sentence: str


@dataclass(frozen=True)
class Best:
    """Which configuration is best, and how sure that is.

    Attributes
    ----------
    configuration : int
        Its place in the study.
    name : str
    value : float
        Its median.
    interval : Interval
    probability : float
        Share of bootstrap samples of the seeds in which its median is the best; nan unknown.
    not_worse : tuple of int
        The others that can't be told apart from it.
    sentence : str
        In one or two sentences.
    headline, how_sure : str
        The same in a few words, and how sure that is.
    """

    configuration: int
    name: str
    value: float
    interval: Interval
    probability: float
    not_worse: tuple[int, ...]
    sentence: str
    headline: str
    how_sure: str


@dataclass(frozen=True)
class ConfigurationVariances:
    """The two variances of one configuration, of seeds of the search and of the split."""

    configuration: int
    name: str
    variances: Variances


@dataclass(frozen=True)
class Comparison:
    """What a study says.

    Attributes
    ----------
    title : str
    measure : str
        As `Study.measure`.
    label : str
        How it reads, such as "test accuracy".
    more_is_better : bool
    effort : str
        What times to the target are counted in.
    gradient_weight : float
        A gradient counts as so many evaluations.
    at : float or None
        The effort at which values are compared; None is at the end of each run.
    common : float
        The largest effort that every run reached; nan without runs.
    target : float or None
    runs, planned : int
        Done, and to be done in all.
    paired : bool
        Whether the runs of a seed belong together.
    groups : tuple of Group
        The best first; those without runs last.
    pairs : tuple of Pair
        All, the best first; of more than 12 configurations only those with the best.
    overall : SeveralTest or None
        Whether there is any difference; None where it is withheld, or of fewer than three.
    best : Best or None
        None without a value.
    variances : tuple of ConfigurationVariances
        Where seeds of the split and of the search vary.
    cautions : tuple of Caution
    sentences : tuple of str
        What is compared, the main findings, and what was withheld; to be read in order.
    """

    title: str
    measure: str
    label: str
    more_is_better: bool
    effort: EffortName
    gradient_weight: float
    at: float | None
    common: float
    target: float | None
    runs: int
    planned: int
    paired: bool
    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    overall: SeveralTest | None
    best: Best | None
    variances: tuple[ConfigurationVariances, ...]
    cautions: tuple[Caution, ...]
    sentences: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every run is done."""
        return self.runs >= self.planned

    def group(self, configuration: int) -> Group:
        """Return the row of a configuration, by its place in the study."""
        return next(group for group in self.groups if group.configuration == configuration)

    def pair(self, one: int, other: int) -> Pair | None:
        """Return the row of two configurations, in whichever order; None if it was not made."""
        wanted = {one, other}
        return next((pair for pair in self.pairs if {pair.first, pair.second} == wanted), None)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON; numbers that are nan or infinite are None."""
        data: dict[str, Any] = _plain(self)
        return {**data, "complete": self.complete}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        sentence = getattr(value, "sentence", None)
        return plain if sentence is None else {**plain, "sentence": sentence}
    if isinstance(value, tuple | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
