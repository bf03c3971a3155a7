"""What templates of a user's own are run in: they can neither fill the memory nor go on for ever.

Jinja2's own sandbox keeps them from Python. It sets no bounds to how long a text becomes, or to how
often a loop in a loop turns.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import Environment, filters, nodes, pass_environment, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.runtime import markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 4_000_000  # letters of a text that a template puts together
_MOST_STEPS = 200_000  # turns of loops and calls
_LARGE = 1e12
# In a format: a width of thousands, one that is a value, a name, which can be used many times.
_WIDE = re.compile(r"%[^%a-zA-Z]*(\d{4}|\*|\()")
# Of texts: methods whose result may be longer than all they are given.
_SWELLING = frozenset(
    (
        "center",
        "expandtabs",
        "format",
        "format_map",
        "join",
        "ljust",
        "replace",
        "rjust",
        "translate",
        "zfill",
    )
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's, in which a few words can neither fill the memory nor go on for ever."""

    intercepted_binops = frozenset(("*", "**", "%", "+"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._steps = 0
        for name in ("center", "wordwrap"):
            del self.filters[name]
        self.filters |= {
            "format": _formatted,
            "indent": _indented,
            "join": _joined,
            "replace": _replaced,
        }
        del self.globals["lipsum"]

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute with numbers, not too large ones, and put short texts and lists together."""
        numbers = all(isinstance(v, int | float) and abs(v) < _LARGE for v in (left, right))
        if operator == "%" and isinstance(left, str):
            return _formatted(left, *(right if isinstance(right, tuple) else (right,)))
        if operator == "+" and not numbers:
            _hold(len(left) + len(right))
        elif operator == "**" or not numbers:
            raise SecurityError("a template may multiply numbers that are not huge, and no more")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what is safe, as often as a page can need it."""
        self.step()
        method = getattr(called, "__wrapped__", called)  # Jinja2 wraps str.format
        if isinstance(getattr(method, "__self__", None), str) and method.__name__ in _SWELLING:
            raise SecurityError(f"a template may not call {method.__name__}; there are filters")
        return super().call(context, called, *args, **kwargs)

    def step(self) -> str:
        """Count one more turn of a loop, or a call."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise SecurityError("it goes on and on")
        return ""

    def joined(self, *parts: Any) -> Any:
        """Put together what a template puts together with ~."""
        return markup_join(_short(parts))

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Put together what a macro or a block says."""
        return "".join(_short(parts))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Read a template, with a step in each turn of each loop."""
        found = super()._parse(source, name, filename)
        for loop in found.find_all(nodes.For):
            loop.body.insert(0, nodes.ExprStmt(_call("step", []), lineno=loop.lineno))
        _replace_joins(found)
        return found


def _call(name: str, args: list[nodes.Expr]) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), args, [], None, None)


def _replace_joins(node: nodes.Node) -> None:
    """Have ``a ~ b`` be done by the sandbox, as Jinja2 itself sets no bounds."""
    for name, value in list(node.iter_fields()):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, nodes.Node):
                _replace_joins(child)
        if isinstance(value, nodes.Concat):
            setattr(node, name, _call("joined", value.nodes))
        elif isinstance(value, list):
            value[:] = [
                _call("joined", one.nodes) if isinstance(one, nodes.Concat) else one
                for one in value
            ]


def _hold(letters: int) -> None:
    """Refuse a text, before it is made, that would have so many letters."""
    if letters > LONGEST:
        raise SecurityError(f"it puts together a text of more than {LONGEST:,} letters")


def _short(parts: Iterable[Any]) -> Iterator[Any]:
    """Yield the parts of a text, unless it is too long."""
    letters = 0
    for part in parts:
        letters += len(part) if isinstance(part, str) else 1
        _hold(letters)
        yield part


# Jinja2's filters of these names, within bounds.


def _formatted(text: str, *values: Any) -> Any:
    if _WIDE.search(text):
        raise SecurityError("a template may format values one by one, at most 999 letters wide")
    _hold(len(text) + sum(len(value) for value in values if isinstance(value, str)))
    return filters.do_format(text, *values)


@pass_environment
def _joined(env: Environment, values: Iterable[Any], d: str = "", attribute: Any = None) -> Any:
    if attribute is not None:
        values = map(filters.make_attrgetter(env, attribute), values)
    parts = (piece for value in values for piece in (d, value))
    return markup_join(list(_short(parts))[1:])


def _indented(text: str, width: int = 4, first: bool = False, blank: bool = False) -> str:
    _hold(len(text) + (text.count("\n") + 1) * int(width))
    return filters.do_indent(text, int(width), first, blank)


@pass_eval_context
def _replaced(context: EvalContext, text: str, old: str, new: str, count: int | None = None) -> str:
    _hold(len(text) + text.count(old) * max(0, len(new) - len(old)))
    return filters.do_replace(context, text, old, new, count)
