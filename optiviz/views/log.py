"""Log: one line for each improvement and each equal move kept, to read and to copy."""

import math
from collections.abc import Sequence

import numpy as np

from optiviz.engine.optimizer import Outcome
from optiviz.engine.wording import endless
from optiviz.views import Shown, View
from optiviz.views.figure import Figure

_STRETCH = 20_000  # iterations that are looked through, back from the playhead
_LINES = 2000
_WEIGHTS = 1000
_IN_LINE = 2  # numbers in a line
_WORDS = {Outcome.IMPROVED: "better", Outcome.EQUAL: "equal, kept"}


class Log(View):
    """Lines of text: the iteration, the value, what became of the move; at the end the weights."""

    kind = "log"
    label = "Log"
    costly = True
    place = 100

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Write the first run's log up to its iteration."""
        one = shown[0]
        reading = one.run.spec.problem.reading
        name = reading.name.removeprefix("value of ")  # in each line, room counts
        start = max(0, one.k + 1 - _STRETCH)
        block = one.reader.rows(start, one.k + 1)
        chosen = np.flatnonzero(block.outcome <= Outcome.EQUAL)
        left_out = max(0, len(chosen) - _LINES)
        chosen = chosen[left_out:]
        values = reading.value(block.f[chosen])
        lines = []
        if start or left_out:
            first = start + int(chosen[0]) if len(chosen) else start
            lines.append(f"… earlier lines, before iteration {first:,}, are in the exported trace")
        for i, value in zip(chosen.tolist(), values.tolist(), strict=True):
            word = "start" if start + i == 0 else _WORDS[Outcome(int(block.outcome[i]))]
            number = f"{value:.6f}" if 1e-3 <= abs(value) < 1e6 else f"{value:<8.6g}"
            number = number if math.isfinite(value) else endless(value)
            lines.append(f"{start + i:>8,}  {name} {number}  {word}")
        if one.k == one.run.trace.last_k and one.run.stop_reason is not None:
            lines += [one.run.stop_reason.value, *_weights(one)]
        kept = int((block.outcome <= Outcome.EQUAL).sum())
        return Figure(
            title=self.label,
            note=f"{kept:,} lines" if kept != 1 else "1 line",
            lines=tuple(lines),
            caption=(
                "Each improvement and each equal move that was kept, with the iteration and the "
                f"{reading.name}, up to iteration {one.k:,}."
            ),
        )


def _weights(one: Shown) -> list[str]:
    """Return the last point as lines of numbers that can be pasted back."""
    x = one.reader.state(one.k).x
    name = "weights" if one.run.spec.problem.n_rows > 1 else "x"
    if len(x) > _WEIGHTS:
        return [f"{len(x):,} {name}: export them as npz"]
    texts = [repr(v) for v in x.tolist()]
    rows = [texts[i : i + _IN_LINE] for i in range(0, len(texts), _IN_LINE)]
    return [
        f"{name} at iteration {one.k:,}:",
        *(", ".join(r) + "," * (r is not rows[-1]) for r in rows),
    ]
