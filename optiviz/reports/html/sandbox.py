"""What templates of a user's own are run in: they can neither fill the memory nor go on for ever.

Jinja2's own sandbox keeps them from Python. It sets no bounds to how long a text becomes, or to how
often a loop in a loop turns. Here whatever is made is paid for: filters and methods that aren't
known to be bounded are not there at all.
"""

import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import wraps
from time import thread_time
from types import MethodType
from typing import Any

import numpy as np
from jinja2 import Environment, Undefined, filters, nodes, pass_environment, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.runtime import markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

LONGEST = 4_000_000  # letters of what a template puts together
_MOST = 3 * LONGEST  # of all that it makes
_ITEM = 20  # letters that a value in a list counts as, beside its own
_MOST_STEPS = 200_000  # turns of loops, calls and filters
_SECONDS = 2.0  # of the thread's own computing, beside what we are asked to draw
_LARGE = 1e12
_MOST_COUNT = 10_000  # of columns, spaces, decimals
# In a format: a width of thousands, one that is a value, a name, which can be used many times.
_WIDE = re.compile(r"%[^%a-zA-Z]*(\d{4}|\*|\()")
_WIDEST = 999
_FILTERS = (
    "abs attr batch capitalize count d default dictsort e escape filesizeformat first float format "
    "groupby indent int items join last length list lower map max min reject rejectattr replace "
    "reverse round safe select selectattr slice sort string sum title trim truncate unique upper "
    "wordcount"
)
_COUNTING = frozenset(("batch", "int", "round", "slice", "truncate"))
# Of values of Python's own: those whose result is hardly longer than what they are given.
_METHODS = (
    "capitalize casefold copy count endswith find get index isalpha isdigit islower isnumeric "
    "isspace isupper items keys lower lstrip partition removeprefix removesuffix rfind rindex "
    "rpartition rsplit rstrip split splitlines startswith strip swapcase title upper values"
)
_CALLED = frozenset(_METHODS.split())
_PLAIN = (str, bytes, int, float, complex, list, tuple, set, frozenset, dict, range)
_HOLDING = (list, tuple, set, frozenset, ItemsView, KeysView, ValuesView)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's, in which a few words can neither fill the memory nor go on for ever."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, finalize=self._written)
        self._steps = self._made = 0
        self._ends: float | None = None
        ours = {
            "format": _formatted,
            "indent": _indented,
            "join": _joined,
            "replace": _replaced,
            "sum": _summed,
        }
        kept = {name: self.filters[name] for name in _FILTERS.split()} | ours
        self.filters = {name: self._paid_for(name, kept[name]) for name in kept}
        self.globals["namespace"] = _Namespace
        del self.globals["lipsum"]

    # What Jinja2 calls

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute with numbers, not too large ones, and put short texts and lists together."""
        numbers = _is_small(left) and _is_small(right)
        undefined = any(isinstance(v, Undefined) for v in (left, right))  # is told by its name
        if operator == "%" and isinstance(left, str):
            return self._paid(_formatted(left, *(right if isinstance(right, tuple) else (right,))))
        if operator == "+" and not numbers:
            _hold(len(left) + len(right))
        elif operator == "**" or not (numbers or undefined):
            raise SecurityError(
                "a template may compute with numbers that are not huge, and no more"
            )
        return self._paid(super().call_binop(context, operator, left, right))

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what is safe, as often as a page can need it."""
        owner = getattr(getattr(called, "__wrapped__", called), "__self__", None)
        if owner is self:  # what stands in a template for a loop, a list, a ~
            return called(*args)
        self.step()
        if isinstance(owner, _PLAIN) and called.__name__ not in _CALLED:
            raise SecurityError(f"a template may not call {called.__name__}; there are filters")
        for value in (*args, *kwargs.values()):
            self._pay(value)
        began = thread_time()
        made = super().call(context, called, *args, **kwargs)
        if isinstance(called, MethodType) and type(owner).__module__.startswith("optiviz."):
            assert self._ends is not None
            self._ends += thread_time() - began  # a figure takes as long as it takes
            return made
        return self._paid(made)

    def concat(self, parts: Iterable[str]) -> str:
        """Put together what a macro or a block says."""
        said = "".join(_short(parts))
        self._pay(said)
        return said

    def _written(self, value: Any) -> Any:
        """Return what stands in the page for a value."""
        text = value if isinstance(value, str) or hasattr(value, "__html__") else str(value)
        return self._paid(text)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Read a template; in one that is not ours, loops count and what is made is paid for."""
        found = super()._parse(source, name, filename)
        if filename is not None:
            for loop in found.find_all(nodes.For):
                if loop.test is not None:  # turns that are passed over count too
                    loop.test = nodes.Or(_call("step", []), loop.test)
                else:
                    loop.body.insert(0, nodes.ExprStmt(_call("step", []), lineno=loop.lineno))
            _have_paid(found)
        return found

    # What templates do instead

    def step(self) -> str:
        """Count one more turn of a loop, a call or a filter; what is returned counts as false."""
        self._steps += 1
        if self._ends is None:
            self._ends = thread_time() + _SECONDS
        if self._steps > _MOST_STEPS or thread_time() > self._ends:
            raise SecurityError("it goes on and on")
        return ""

    def joined(self, *parts: Any) -> Any:
        """Put together what a template puts together with ~."""
        return self._paid(markup_join(_short(parts)))

    def held(self, made: Any) -> Any:
        """Take a list, a tuple or a dictionary that a template writes."""
        return self._paid(made)

    # What is paid

    def _paid_for(self, name: str, made_by: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter whose result is paid for."""

        @wraps(made_by)
        def paid(*args: Any, **kwargs: Any) -> Any:
            self.step()
            counts = (v for v in (*args[1:], *kwargs.values()) if isinstance(v, int | float))
            if name in _COUNTING and any(abs(count) > _MOST_COUNT for count in counts):
                raise SecurityError(f"{name} takes numbers of at most {_MOST_COUNT:,}")
            return self._paid(made_by(*args, **kwargs))

        return paid

    def _paid(self, made: Any) -> Any:
        if isinstance(made, Iterator):
            return self._each(made)
        self._pay(made)
        return made

    def _each(self, made: Iterator[Any]) -> Iterator[Any]:
        for one in made:
            self.step()
            yield self._paid(one)

    def _pay(self, made: Any) -> None:
        """Take notice of what was made: as a text it would be that long, or it is refused."""
        _hold(_letters(made))
        if isinstance(made, str):
            self._made += len(made)
        elif isinstance(made, (dict, *_HOLDING)):
            self._made += _ITEM * len(made)
        if self._made > _MOST:
            raise SecurityError(f"it puts together more than {_MOST:,} letters in all")


class _Namespace(Namespace):
    """Jinja2's, which doesn't show what it holds: that may be others, each of them twice."""

    def __repr__(self) -> str:
        return "namespace"


def _call(name: str, args: list[nodes.Expr]) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), args, [], None, None)


def _have_paid(node: nodes.Node) -> None:
    """Have ``a ~ b``, lists, tuples and dictionaries be made by the sandbox."""
    for name, value in list(node.iter_fields()):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, nodes.Node):
                _have_paid(child)
        if isinstance(value, list):
            value[:] = map(_instead, value)
        else:
            setattr(node, name, _instead(value))


def _instead(value: Any) -> Any:
    if isinstance(value, nodes.Concat):
        return _call("joined", value.nodes)
    if isinstance(value, nodes.List | nodes.Dict) or (
        isinstance(value, nodes.Tuple) and value.ctx == "load"
    ):
        return _call("held", [value])
    return value


def _is_small(value: Any) -> bool:
    return isinstance(value, int | float | np.integer) and abs(float(value)) < _LARGE


def _letters(made: Any) -> int:
    """Return about how long a text a value is, where it holds others as often as it has them."""
    letters, left = 0, [made]
    while left and letters <= LONGEST:
        value = left.pop()
        letters += len(value) if isinstance(value, str) else 1
        if isinstance(value, Mapping):
            letters += 2 * _ITEM * len(value)
            left += (*value.keys(), *value.values())
        elif isinstance(value, _HOLDING):
            letters += _ITEM * len(value)
            left += value
    return letters


def _hold(letters: int) -> None:
    """Refuse a text, before it is made, that would have so many letters."""
    if letters > LONGEST:
        raise SecurityError(f"it puts together a text of more than {LONGEST:,} letters")


def _short(parts: Iterable[Any]) -> Iterator[Any]:
    """Yield the parts of a text, unless it is too long."""
    letters = 0
    for part in parts:
        letters += _letters(part)
        _hold(letters)
        yield part


# Jinja2's filters of these names, within bounds.


def _formatted(text: str, *values: Any) -> Any:
    if _WIDE.search(text):
        raise SecurityError("a template may format values one by one, at most 999 letters wide")
    _hold(len(text) + _WIDEST * text.count("%") + sum(map(_letters, values)))
    return filters.do_format(text, *values)


@pass_environment
def _joined(env: Environment, values: Iterable[Any], d: str = "", attribute: Any = None) -> Any:
    if attribute is not None:
        values = map(filters.make_attrgetter(env, attribute), values)
    parts = (piece for value in values for piece in (d, value))
    return markup_join(list(_short(parts))[1:])


def _indented(text: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    wide = len(width) if isinstance(width, str) else width
    _hold(len(text) + (len(text.splitlines()) + 1) * wide)
    return filters.do_indent(text, width, first, blank)


@pass_eval_context
def _replaced(context: EvalContext, text: str, old: str, new: str, count: int | None = None) -> str:
    swells = 6 * len(str(new)) - len(str(old))  # as it may be escaped
    _hold(len(text) + str(text).count(str(old)) * max(0, swells))
    return filters.do_replace(context, text, old, new, count)


@pass_environment
def _summed(
    env: Environment, values: Iterable[Any], attribute: Any = None, start: float = 0
) -> Any:
    if not isinstance(start, int | float):
        raise SecurityError("a template may add up numbers, and no more")
    return filters.sync_do_sum(env, values, attribute, start)
