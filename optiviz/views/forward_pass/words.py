"""What happens in each step of a row's way through a network, as a title and a formula."""

import math
from dataclasses import dataclass

import numpy as np

from optiviz.analysis.networks.diagrams import Column
from optiviz.analysis.networks.units import spoken
from optiviz.networks.activations import ACTIVATIONS, Activation
from optiviz.networks.losses import LOSSES
from optiviz.networks.passes import LayerErrors, RowPass
from optiviz.problems.network_training import NetworkTraining
from optiviz.views.figure import Array
from optiviz.views.forward_pass.walk import Part, Step, errors_back

_TERMS = 4  # of a sum that a formula spells out


def n(value: float) -> str:
    """Return a number of three digits."""
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 1e5 or 0 < size < 1e-3:
        words = f"{size:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
        words = words.replace("e-", "e−")
    else:
        usual = f"{size:,.0f}" if size >= 1000 else f"{size:#.3g}".removesuffix(".")
        words = f"{size:g}" if size == int(size) and size < 1000 else usual
    return ("−" if value < 0 else "") + words


def _sure(value: float) -> str:
    """Return a probability; one that would read as 1 by what it lacks."""
    return f"1 − {n(1 - value)}" if 0.9995 <= value < 1 else n(value)


def factor(value: float) -> str:
    """Return a number that stands behind another sign."""
    return f"({n(value)})" if value < 0 else n(value)


def total(terms: list[tuple[float, str]]) -> str:
    """Return a sum of terms, each given by its sign and by what stands behind that."""
    words = ""
    for i, (sign, term) in enumerate(terms):
        words += (" − " if sign < 0 else " + ") if i else ("−" if sign < 0 else "")
        words += term
    return words


@dataclass(frozen=True, eq=False)
class Narrator:
    """Who tells the steps of one walk.

    Attributes
    ----------
    problem : NetworkTraining
    columns : tuple of Column
    passed : RowPass
    errors : tuple of LayerErrors
        Empty where there is no backward pass.
    shown : tuple of Part
    row : str
        Such as "Training row 17 of 670".
    is_right : str
        What the row's class or number is.
    """

    problem: NetworkTraining
    columns: tuple[Column, ...]
    passed: RowPass
    errors: tuple[LayerErrors, ...]
    shown: tuple[Part, ...]
    row: str
    is_right: str

    def title(self, step: Step) -> str:
        """Return what a step is about."""
        if not step.layer:
            return self.row if step.kind == "row" else "The penalty"
        column = self.columns[step.layer]
        who = column.units[step.unit] if step.unit >= 0 else column.title
        others = f"the other {len(self.shown[step.layer].others):,} units"
        what = {
            "products": "each input times its weight",
            "sum": "add the products and the bias",
            "transfer": f"{column.activation} of the sum",
            "others": f"{others} do the same",
            "decision": "what it says" if self.problem.is_regression else "which class it names",
            "loss": "how wrong it is",
            "no way back": "no backward pass",
            "error": "its error",
            "slopes": "the error assigned to its weights",
            "others back": f"{others} do the same",
        }[step.kind]
        return f"{who[0].upper()}{who[1:]}: {what}"

    def formula(self, step: Step) -> str:
        """Return a step with its numbers."""
        return {
            "row": self._row,
            "products": self._products,
            "sum": self._sum,
            "transfer": self._transfer,
            "others": self._others,
            "decision": self._decision,
            "loss": self._loss,
            "no way back": self._no_way_back,
            "error": self._error,
            "slopes": self._slopes,
            "others back": self._others,
            "penalty": self._penalty,
        }[step.kind](step)

    def _row(self, step: Step) -> str:
        part, column, row = self.shown[0], self.columns[0], self.passed.layers[0].inputs
        some = part.shown[: _TERMS + 1].tolist()
        said = [f"{column.beside[i]} = {n(row[i])}" for i in some]
        left = len(row) - len(some)
        return ", ".join(said) + (f" … {left:,} more" if left else "") + f"; it is {self.is_right}"

    def _largest(self, terms: Array) -> tuple[list[int], float]:
        """Return which terms a formula spells out, in order, and the sum of the others."""
        if len(terms) <= _TERMS + 1:
            return list(range(len(terms))), 0.0
        size = np.abs(np.nan_to_num(terms))
        chosen = np.sort(np.argsort(-size, kind="stable")[:_TERMS])
        return chosen.tolist(), float(np.delete(terms, chosen).sum())

    def _products(self, step: Step) -> str:
        layer = self.passed.layers[step.layer - 1]
        weights, products = layer.weights[step.unit], layer.products[step.unit]
        chosen, _ = self._largest(products)
        said = [f"{n(weights[i])}·{factor(layer.inputs[i])} = {n(products[i])}" for i in chosen]
        left = len(products) - len(chosen)
        return ",   ".join(said) + (f",   … {left:,} more" if left else "")

    def _sum(self, step: Step) -> str:
        layer = self.passed.layers[step.layer - 1]
        weights, products = layer.weights[step.unit], layer.products[step.unit]
        chosen, rest = self._largest(products)
        terms = [(weights[i], f"{n(abs(weights[i]))}·{factor(layer.inputs[i])}") for i in chosen]
        left = len(products) - len(chosen)
        if left:
            terms.append((rest, f"{n(abs(rest))} ({left:,} more)"))
        bias = layer.biases[step.unit]
        terms.append((bias, n(abs(bias))))
        return f"z = {total(terms)} = {n(layer.z[step.unit])}"

    def _transfer(self, step: Step) -> str:
        layer = self.passed.layers[step.layer - 1]
        if step.unit < 0:
            part = self.shown[step.layer].shown[: _TERMS + 2]
            shares = ", ".join(n(layer.a[i]) for i in part.tolist())
            more = "" if len(part) == len(layer.a) else " …"
            return f"each exp(z) over the sum of all exp(z): {shares}{more}"
        z, a = n(layer.z[step.unit]), n(layer.a[step.unit])
        name = self.problem.network.layers[step.layer - 1].activation
        if name == "identity":
            return f"a = z = {a}"
        if name == "step":
            return f"z = {z} {'≥' if layer.a[step.unit] else '<'} 0: a = {a}"
        if name == "relu":
            return f"a = max(0, {z}) = {a}"
        return f"a = {spoken(name)}({z}) = {a}"

    def _others(self, step: Step) -> str:
        part = self.shown[step.layer]
        which = f"Only the {len(part.shown)} that count most for this row are drawn"
        return f"{which}; the others are added up wherever they have a part."

    def _decision(self, step: Step) -> str:
        layer = self.passed.layers[-1]
        if self.problem.is_regression:
            return f"it predicts {n(layer.a[0])}; it should be {self.is_right}"
        verdict = self.verdict
        if len(layer.a) > 1:
            largest = int(self.passed.said)
            return f"the largest output is {n(layer.a[largest])}: {verdict}"
        is_one = self.passed.said == 1
        if layer.activation is ACTIVATIONS["step"]:
            return f"{n(layer.z[0])} {'≥' if is_one else '<'} 0: {verdict}"
        reader = self._reader
        middle = (reader.low + reader.high) / 2
        return f"{n(layer.a[0])} {'>' if is_one else '≤'} {middle:g}: {verdict}"

    @property
    def verdict(self) -> str:
        """What is said of the row, and what would be right."""
        if self.problem.is_regression:
            return f"{self._named}, should be {self.is_right}"
        right = self._named == self.is_right
        return f"{self._named}: {'right' if right else f'is {self.is_right}'}"

    @property
    def lost(self) -> str:
        """The row's loss in a few words."""
        loss = LOSSES[self.problem.objective]
        if self.problem.objective == "accuracy":
            return "1 error" if self.passed.loss else "no error"
        return f"{loss.reading.name} {n(self.passed.loss)}"

    @property
    def _named(self) -> str:
        names = self.problem.dataset.load().class_names
        return names[int(self.passed.said)] if names else n(self.passed.said)

    @property
    def _reader(self) -> Activation:
        return LOSSES[self.problem.objective].reads(self.passed.layers[-1].activation)

    @property
    def _wanted(self) -> Array:
        """What the outputs should say."""
        target = self.passed.target
        if target.dtype != bool:
            return np.asarray(target, dtype=np.float64)
        low, high = self._reader.low, self._reader.high
        return np.asarray(low + target * (high - low), dtype=np.float64)

    def _loss(self, step: Step) -> str:
        layer, loss = self.passed.layers[-1], n(self.passed.loss)
        a, t, objective = layer.a, self._wanted, self.problem.objective
        name = LOSSES[objective].reading.name
        if objective == "accuracy":
            return "right: no error" if self.passed.loss == 0 else "wrong: one error"
        if objective == "log_loss":
            sure = np.where(self.passed.target, a, 1 - a)
            if layer.activation is ACTIVATIONS["softmax"]:
                sure = a[self.passed.target]
            if len(a) == 1 and not self.passed.target[0]:
                return f"{name} = −ln(1 − {n(a[0])}) = {loss}"
            logs = [(-1.0, f"ln({_sure(value)})") for value in sure[:_TERMS].tolist()]
            return f"{name} = {total(logs)}{' …' if len(sure) > _TERMS else ''} = {loss}"
        if objective == "hinge":
            if len(a) == 1:
                side = 1 if self.passed.target[0] else -1
                return f"{name} = max(0, 1 − {factor(side)}·{factor(layer.z[0])}) = {loss}"
            own = float(layer.z[self.passed.target][0])
            rival = float(layer.z[~self.passed.target].max())
            gap = total([(1, "1"), (rival, n(abs(rival))), (-own, n(abs(own)))])
            return f"{name} = max(0, {gap}) = {loss}"
        left, right = ("(", ")²") if objective == "mean_squared_error" else ("|", "|")
        each = [(1.0, f"{left}{n(v)} − {factor(w)}{right}") for v, w in zip(a, t, strict=True)]
        more = " …" if len(each) > _TERMS else ""
        return f"{name} = {total(each[:_TERMS])}{more} = {loss}"

    def _no_way_back(self, step: Step) -> str:
        return f"{self.problem.missing_gradient()}".capitalize() + "."

    def _error(self, step: Step) -> str:
        layer, errors = self.passed.layers[step.layer - 1], self.errors[step.layer - 1]
        error, slope = n(errors.by_z[step.unit]), factor(float(errors.slopes[step.unit]))
        if step.layer < len(self.passed.layers):
            terms, rest = errors_back(self.passed, self.errors, self.shown, step.layer, step.unit)
            above = self.shown[step.layer + 1]
            weights = self.passed.layers[step.layer].weights[above.shown, step.unit]
            by_z = self.errors[step.layer].by_z[above.shown]
            chosen, more = self._largest(terms)
            said = [(weights[i], f"{n(abs(weights[i]))}·{factor(by_z[i])}") for i in chosen]
            left = len(terms) + len(above.others) - len(chosen)
            if left:
                said.append((rest + more, f"{n(abs(rest + more))} ({left:,} more)"))
            inside = total(said)
            inside = f"({inside})" if len(said) > 1 else inside
            return f"error = {inside} · slope {slope} = {error}"
        a, t = layer.a[step.unit], self._wanted[step.unit]
        objective = self.problem.objective
        if objective == "log_loss":
            return f"error = a − y = {n(a)} − {factor(t)} = {error}"
        if objective == "hinge":
            why = "behind a lead of 1" if self.passed.loss > 0 else "ahead by 1 or more"
            return f"the right answer is {why}: error = {error}"
        if layer.activation is ACTIVATIONS["softmax"]:
            return f"error = {error}: with softmax each output's error has a part of all"
        if objective == "mean_squared_error":
            return f"error = 2·({n(a)} − {factor(t)}) · slope {slope} = {error}"
        return f"error = sign({n(a)} − {factor(t)}) · slope {slope} = {error}"

    def _slopes(self, step: Step) -> str:
        layer, errors = self.passed.layers[step.layer - 1], self.errors[step.layer - 1]
        error, slopes = errors.by_z[step.unit], errors.by_weights[step.unit]
        chosen, _ = self._largest(slopes)
        said = [f"{n(error)}·{factor(layer.inputs[i])} = {n(slopes[i])}" for i in chosen]
        left = len(slopes) - len(chosen)
        more = f",  … {left:,} more" if left else ""
        return f"gradient = error·input:  {',  '.join(said)}{more};  bias {n(error)}"

    def _penalty(self, step: Step) -> str:
        l1, l2 = self.problem.l1, self.problem.l2
        terms = [f"{n(l1)}·sign(w)"] * (l1 > 0) + [f"{n(l2)}·w"] * (l2 > 0)
        return f"adds {' + '.join(terms)} to each gradient but those of biases, whatever the row"
