"""A thousand runs in one window: each is set up, computed, looked at and deleted."""

import time
from collections.abc import Callable

from tests.torture import progress

TITLE = "1,000 runs in one window: at most 20 MB more, no more threads, files, timers or items"
USUAL = 1000
MOST = 20.0  # MB
WARM = 150  # runs before anything is counted: caches fill, views are made, undo has its twenty
ROUND = 50  # runs between two looks with all views, and a change of the theme
PRESETS = ("classic-mlp", "xor", "sine", "classic-descent", "rosenbrock-2d", "iris")
ITERATIONS = 120
PATIENCE = 60.0  # seconds for anything that a run is waited for


def run(n: int, seed: int) -> dict[str, object]:
    """Do so many runs after some to warm up.

    Parameters
    ----------
    n, seed : int
        The seed is that of the first run.

    Raises
    ------
    AssertionError
        If anything is left of them.
    """
    from tests.torture import visitor, watching

    warm = min(WARM, max(20, n))
    with visitor.watched(PATIENCE):
        visit = _Soak()
        for i in range(warm):
            visit.run(i, seed)
        visit.choose_all()
        visit.look_at_all()
        before = visit.count()
        items = watching.items_of(visit.window)
        began = time.monotonic()
        highest = before["mb"]
        for i in range(n):
            visit.run(i, seed + warm)
            if i % ROUND == ROUND - 1:
                visit.look_at_all()
                highest = max(highest, watching.resident())
            progress(i + 1, n, f"{watching.resident():,.0f} MB")
        seconds = time.monotonic() - began
        visit.look_at_all()
        after = visit.count()
        items = watching.items_of(visit.window) - items
        visit.visitor.leave()
        del visit
    grown = after["mb"] - before["mb"]
    figures: dict[str, object] = {
        "runs": n,
        "runs_to_warm_up": warm,
        "mb_before": round(before["mb"], 1),
        "mb_after": round(after["mb"], 1),
        "mb_grown": round(grown, 1),
        "mb_highest": round(highest, 1),
        "ms_a_run": round(1e3 * seconds / max(1, n), 1),
    }
    more = {
        name: (before[name], after[name])
        for name in before
        if name != "mb" and after[name] > before[name]
    }
    figures |= {f"{name}_before_and_after": (before[name], after[name]) for name in before}
    del figures["mb_before_and_after"]
    assert grown <= MOST, f"{grown:.1f} MB more after {n:,} runs: {figures}"
    assert not more, f"more than before {n:,} runs: {more} {dict(items)}"
    return figures


class _Soak:
    """One window, and what is done in it over and over."""

    def __init__(self) -> None:
        from optiviz.engine.spec import RunSpec
        from tests.torture.visitor import Visitor

        self.visitor = Visitor()
        self.window = self.visitor.window
        changed = [("stopping.max_iterations", ITERATIONS)]
        self._specs = [RunSpec.load(name).with_values(changed) for name in PRESETS]

    def run(self, i: int, seed: int) -> None:
        """Set up, compute, look, delete."""
        spec = self._specs[i % len(self._specs)].with_value("seed", seed + i)
        home = self.window.home_of(spec.problem.kind)
        self.window.bring(home)

        def act() -> None:
            home.setup.set_spec(spec)
            home.run()
            if i % 7 == 0:
                home.session.duplicate(home.session.entries[-1])

        self.visitor.do(act, 0)
        self._until(lambda: not home.session.computing)
        home.session.seek(home.session.last_k)
        if i % 5 == 0:
            self._until(lambda: all(card.settled for card in home.grid.cards))
        if i % 11 == 0:
            home.session.seek(home.session.last_k // 2)
            self.visitor.branch(i, begin=True, point=False)
            self._until(lambda: not home.session.computing)
        if i % 13 == 0:
            home.session.undo()
            self._until(lambda: not home.session.computing)
        self.visitor.do(lambda: home.session.remove(*home.session.entries), 0)

    def choose_all(self) -> None:
        """Choose each algorithm once: its form stays, in case that it is chosen again."""
        for spec in (self._specs[0], self._specs[3]):
            home = self.window.home_of(spec.problem.kind)
            self.window.bring(home)
            home.setup.set_spec(spec)
            home.run()
            self._until(lambda home=home: not home.session.computing)  # type: ignore[misc]
            self.visitor.branch(0, begin=False, point=False)
            combo = home.branching.algorithm.form.combo
            for row in range(combo.count()):
                if combo.itemData(row) is not None:
                    combo.setCurrentIndex(row)
            home.branching.dismiss()
            home.session.remove(*home.session.entries)

    def look_at_all(self) -> None:
        """Open every view of each problem, nine at a time, in both themes; then the usual ones."""
        for spec in self._specs:
            home = self.window.home_of(spec.problem.kind)
            self.window.bring(home)
            home.setup.set_spec(spec)
            home.run()
            self._until(lambda home=home: not home.session.computing)  # type: ignore[misc]
            home.session.seek(home.session.last_k)
            kinds = [view.kind for view in home.grid.views()]
            for some in (kinds[:9], kinds[9:18]):
                if some:
                    home.grid.choose(some)
                    cards = home.grid.cards
                    self._until(lambda cards=cards: all(c.settled for c in cards))  # type: ignore[misc]
            self.visitor.do(self.window.switch_theme, 0)
            home.grid.usual()
            home.session.remove(*home.session.entries)
        for _ in range(len(self._specs) % 2):
            self.window.switch_theme()
        for _ in range(25):  # what can be brought back is always as much
            spec = self._specs[0]
            self.window.train.session.start(spec, "to be deleted")
            self.window.train.session.remove(*self.window.train.session.entries)
        self._until(lambda: not self.window.jobs.busy)

    def count(self) -> dict[str, float]:
        """Return what there is now."""
        from tests.torture import watching
        from tests.torture.visitor import spin

        for home in (self.window.functions, self.window.train):
            self.window.bring(home)
            kinds = [view.kind for view in home.grid.views()]
            for some in (kinds[:9], kinds[-9:]):  # a card that is closed holds its last picture
                home.grid.choose(some)
                spin(300)
            home.grid.usual()
        spin(500)
        watching.trim()
        spin(200)
        watching.trim()
        return {
            "mb": watching.resident(),
            "threads": len(watching.running_threads()),
            "files": watching.open_files(),
            "processes": len(watching.child_processes()),
            **watching.things_of(self.window),
        }

    def _until(self, holds: Callable[[], bool]) -> None:
        from tests.torture.visitor import spin

        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < PATIENCE, "a run or a picture never comes to its end"
            spin(5)
