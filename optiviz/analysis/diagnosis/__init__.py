"""Why a run stopped improving: rules, each of which says nothing without its evidence.

A rule is one question, in a file with those of its kind; a new one is added to `RULES`.
"""

from optiviz.analysis.diagnosis import answers, learned, rate, standing, temperature, units
from optiviz.analysis.diagnosis.case import Case, Finding, Rule
from optiviz.engine.run import Reader, Run

__all__ = ["RULES", "Case", "Finding", "Rule", "diagnose", "findings", "looked_at"]

RULES: tuple[Rule, ...] = (
    *standing.FIRST,
    standing.TIES,
    *answers.RULES,
    *units.RULES,
    *rate.RULES,
    *temperature.RULES,
    *learned.RULES,
    standing.LEVEL,
    standing.LAST,
)


def findings(run: Run, reader: Reader, k: int, quick: bool = False) -> tuple[Finding, ...]:
    """Return what should be known of a run at an iteration, what weighs most first.

    Parameters
    ----------
    run : Run
        Prepared.
    reader : Reader
        Of this run and of this thread.
    k : int
    quick : bool
        Leave out what takes more than some milliseconds.
    """
    case = Case(run, reader, min(k, run.trace.last_k))
    found = (rule.find(case) for rule in _of(case, quick))
    return tuple(finding for finding in found if finding is not None)


def looked_at(run: Run, reader: Reader, k: int, quick: bool = False) -> tuple[str, ...]:
    """Return what is looked at in such a run, in a few words each."""
    case = Case(run, reader, min(k, run.trace.last_k))
    return tuple(rule.looks_at for rule in _of(case, quick) if rule.looks_at)


def _of(case: Case, quick: bool) -> list[Rule]:
    """Return the rules that have a meaning for a case; before the first iteration few have."""
    if case.k < 1:
        return list(standing.FIRST)
    return [rule for rule in RULES if not (quick and rule.costly) and rule.applies(case)]


def diagnose(run: Run, k: int | None = None) -> str:
    """Say why a run failed, flew off or never got better; empty if there is nothing to say.

    It looks at the trace alone, so that the window's thread can ask.

    Parameters
    ----------
    run : Run
    k : int, optional
        The iteration that is looked at; the last one if left out.
    """
    last = run.trace.last_k
    case = Case(run, Reader(run), last if k is None else min(k, last))
    for rule in (*standing.FIRST, standing.NEVER_BETTER):
        finding = rule.find(case)
        if finding is not None:
            return finding.sentence
    return ""
