"""Random walks of a user over the real window, as a hypothesis state machine.

A walk that goes wrong is shrunk to the fewest steps that still do, and printed as a program.
"""

import time
from collections.abc import Callable

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.torture import progress

TITLE = "Random walks of a user over the real window, 50 acts each, end without an error"
USUAL = 200
ACTS = 50
FEW = 20  # walks up to which they are short and not shrunk: the test command's, and a first look

NUMBERS = (
    "0", "1", "2", "3", "5", "10", "0.1", "0.5", "-1", "1e-3", "1e308", "-1e308", "1e-308", "nan",
    "inf", "", " ", "abc", "1,5", "1_000", "0x10", "٣", "1099511627776", "99999999999999999999",
    "0.30000000000000004", "x**2", "x0**2 + x1**2", "<b>x</b>", "=1+1", "a\u202eb", "1 2 3",
)  # fmt: skip
RESTS = (0, 0, 10, 40, 150, 400)  # milliseconds
SLOWEST = 2.0  # seconds in which the window must have answered

place = st.integers(0, 199)
share = st.integers(0, 20).map(lambda n: n / 20)
rest = st.sampled_from(RESTS)


class _Counts:
    """What all walks of a proof have in common."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.walks = self.acts = 0
        self.longest = 0.0
        self.closed_mid_run = 0


_counts = _Counts(0)


class Walk(RuleBasedStateMachine):
    """Somebody at the window who does what comes to mind."""

    @initialize()
    def come(self) -> None:
        from tests.torture.visitor import Visitor

        self.visitor = Visitor()

    def _do(self, act: Callable[[], object], milliseconds: int) -> None:
        _counts.acts += 1
        self.visitor.do(act, milliseconds)

    # What is set up and run

    @rule(i=place, rest=rest)
    def demonstrate(self, i: int, rest: int) -> None:
        self._do(lambda: self.visitor.demonstrate(i), rest)

    @rule(rest=rest)
    def run_or_stop(self, rest: int) -> None:
        self._do(self.visitor.run_or_stop, rest)

    @rule(rest=rest)
    def run_for_long(self, rest: int) -> None:
        self._do(self.visitor.run_for_long, rest)

    @rule(rest=rest)
    def run_beside(self, rest: int) -> None:
        self._do(self.visitor.run_beside, rest)

    @rule(i=place, j=place, rest=rest)
    def choose(self, i: int, j: int, rest: int) -> None:
        self._do(lambda: self.visitor.choose(i, j), rest)

    @rule(i=place, text=st.sampled_from(NUMBERS), enter=st.booleans(), rest=rest)
    def type_in(self, i: int, text: str, enter: bool, rest: int) -> None:
        self._do(lambda: self.visitor.type_in(i, text, enter), rest)

    @rule(i=place, at=share, rest=rest)
    def slide(self, i: int, at: float, rest: int) -> None:
        self._do(lambda: self.visitor.slide(i, at), rest)

    @rule(i=place, rest=rest)
    def unfold(self, i: int, rest: int) -> None:
        self._do(lambda: self.visitor.unfold(i), rest)

    # Anything that is seen

    @rule(i=place, pick=place, rest=rest)
    def press_a_button(self, i: int, pick: int, rest: int) -> None:
        self._do(lambda: self.visitor.press_a_button(i, pick), rest)

    @rule(i=place, times=st.integers(1, 5), rest=rest)
    def press_a_key(self, i: int, times: int, rest: int) -> None:
        self._do(lambda: self.visitor.press_a_key(i, times), rest)

    @rule(i=place, at=share, down=share, pick=place, rest=rest)
    def click_somewhere(self, i: int, at: float, down: float, pick: int, rest: int) -> None:
        self._do(lambda: self.visitor.click_somewhere(i, at, down, pick), rest)

    # The playhead

    @rule(at=share, rest=rest)
    def seek(self, at: float, rest: int) -> None:
        self._do(lambda: self.visitor.seek(at), rest)

    @rule(start=share, end=share, shift=st.booleans(), rest=rest)
    def drag_on_the_timeline(self, start: float, end: float, shift: bool, rest: int) -> None:
        self._do(lambda: self.visitor.drag_on_the_timeline(start, end, shift), rest)

    # Views

    @rule(i=place, rest=rest)
    def toggle_a_view(self, i: int, rest: int) -> None:
        self._do(lambda: self.visitor.toggle_a_view(i), rest)

    @rule(i=place, what=st.sampled_from(("expand", "close", "put", "usual")), rest=rest)
    def arrange(self, i: int, what: str, rest: int) -> None:
        self._do(lambda: self.visitor.arrange(i, what), rest)

    @rule(i=place, x=share, y=share, to_x=share, to_y=share, rest=rest)
    def drag_in_a_plot(
        self, i: int, x: float, y: float, to_x: float, to_y: float, rest: int
    ) -> None:
        self._do(lambda: self.visitor.drag_in_a_plot(i, x, y, to_x, to_y), rest)

    @rule(i=place, x=share, y=share, by=st.sampled_from((-360, -120, 120, 360)), rest=rest)
    def turn_the_wheel(self, i: int, x: float, y: float, by: int, rest: int) -> None:
        self._do(lambda: self.visitor.turn_the_wheel(i, x, y, by), rest)

    @rule(i=place, pick=place, rest=rest)
    def click_a_spot(self, i: int, pick: int, rest: int) -> None:
        self._do(lambda: self.visitor.click_a_spot(i, pick), rest)

    @rule(i=place, j=place, k=place, rest=rest)
    def set_a_view(self, i: int, j: int, k: int, rest: int) -> None:
        self._do(lambda: self.visitor.set_a_view(i, j, k), rest)

    # Runs

    @rule(i=place, n=st.integers(1, 4), what=place, rest=rest)
    def do_with_runs(self, i: int, n: int, what: int, rest: int) -> None:
        self._do(lambda: self.visitor.do_with_runs(i, n, what), rest)

    @rule(rest=rest)
    def undo(self, rest: int) -> None:
        self._do(self.visitor.undo, rest)

    @rule(i=place, text=st.sampled_from(NUMBERS), beside=st.booleans(), rest=rest)
    def edit_a_weight(self, i: int, text: str, beside: bool, rest: int) -> None:
        self._do(lambda: self.visitor.edit_a_weight(i, text, beside), rest)

    @rule(i=place, begin=st.booleans(), point=st.booleans(), rest=rest)
    def branch(self, i: int, begin: bool, point: bool, rest: int) -> None:
        self._do(lambda: self.visitor.branch(i, begin, point), rest)

    @rule(i=place, n=st.integers(1, 4), begin=st.booleans(), rest=rest)
    def race(self, i: int, n: int, begin: bool, rest: int) -> None:
        self._do(lambda: self.visitor.race(i, n, begin), rest)

    # Files

    @rule(what=st.sampled_from(("runs", "report", "csv", "picture")), i=place, rest=rest)
    def write_a_file(self, what: str, i: int, rest: int) -> None:
        self._do(lambda: self.visitor.write_a_file(what, i), rest)

    @rule(i=place, how=st.sampled_from(("open", "drop")), rest=rest)
    def open_a_file(self, i: int, how: str, rest: int) -> None:
        self._do(lambda: self.visitor.open_a_file(i, how), rest)

    # Studies

    @rule(i=place, what=st.sampled_from(("train", "functions", "algorithm")), rest=rest)
    def add_to_the_study(self, i: int, what: str, rest: int) -> None:
        self._do(lambda: self.visitor.add_to_the_study(i, what), rest)

    @rule(what=place, i=place, rest=rest)
    def do_in_compare(self, what: int, i: int, rest: int) -> None:
        self._do(lambda: self.visitor.do_in_compare(what, i), rest)

    # The window

    @rule(i=place, rest=rest)
    def change_tab(self, i: int, rest: int) -> None:
        self._do(lambda: self.visitor.change_tab(i), rest)

    @rule(what=st.sampled_from(("theme", "larger", "smaller", "usual", "full")), rest=rest)
    def change_the_look(self, what: str, rest: int) -> None:
        self._do(lambda: self.visitor.change_the_look(what), rest)

    @rule(width=st.sampled_from((960, 1366, 1920)), height=st.sampled_from((600, 768, 1080)))
    def resize(self, width: int, height: int) -> None:
        self._do(lambda: self.visitor.resize(width, height), 10)

    def teardown(self) -> None:
        if not hasattr(self, "visitor"):
            return  # it never came
        mid_run = self.visitor.computes
        _counts.walks += 1
        _counts.closed_mid_run += mid_run
        try:
            self.visitor.leave()
        finally:
            _counts.longest = max(_counts.longest, self.visitor.longest)
            progress(min(_counts.walks, _counts.n), _counts.n, f"{_counts.acts:,} acts")


def run(n: int, seed: int) -> dict[str, object]:
    """Walk so many times.

    Parameters
    ----------
    n, seed : int

    Raises
    ------
    AssertionError
        With the steps of the shortest walk that went wrong.
    """
    global _counts
    from tests.torture import visitor

    _counts = _Counts(n)
    chosen = settings(
        max_examples=n,
        stateful_step_count=ACTS if n > FEW else ACTS // 2,
        deadline=None,
        derandomize=False,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if n > FEW else (Phase.generate,),
    )
    began = time.monotonic()
    with visitor.watched(SLOWEST):
        run_state_machine_as_test(hypothesis.seed(seed)(Walk), settings=chosen)
    return {
        "walks": _counts.walks,
        "acts": _counts.acts,
        "errors": 0,
        "closed_mid_run": _counts.closed_mid_run,
        "longest_stall_s": round(_counts.longest, 2),
        "seconds_a_walk": round((time.monotonic() - began) / max(1, _counts.walks), 2),
    }
