# ruff: noqa: E501  # tables of cases read best as they are
"""Formulas that try to import, to recurse or to allocate, and random ones.

Each is one sentence or a quick number; none makes a file, starts a process or reaches for a module.
"""

from __future__ import annotations

import ast
import math
import random
import string
import sys
import time
import tracemalloc
import warnings
from collections import Counter
from contextlib import contextmanager

import numpy as np

from optiviz.engine.formula import Formula, FormulaError
from optiviz.engine.parameters import SpecError
from optiviz.functions.formula import TypedFormula
from optiviz.optimizers.simulated_annealing import SimulatedAnnealing
from optiviz.problems.function_1d import Function1D
from tests.torture import progress

TITLE = (
    "hostile and random formulas: a sentence or a quick number, no file made, no process started"
)
USUAL = 5_000

_LONGEST = 1.0  # seconds for one formula
_MOST_MEMORY = 64 << 20  # bytes that one formula may need, with the points it is tried at
_LONGEST_SENTENCE = 700  # characters
_POINTS = np.array([0.0, -0.0, 1.0, -1.0, 0.5, 3.7, 1e308, -1e308, 5e-324, np.inf, -np.inf, np.nan])
_FORBIDDEN = (
    "open", "import", "exec", "compile", "marshal.", "pickle.", "subprocess.", "os.", "shutil.",
    "socket.", "ctypes.", "glob.", "tempfile.", "pty.", "code.", "sys._getframe", "sys.settrace",
    "sys.setprofile", "urllib.", "sqlite3.", "gc.get",
)  # fmt: skip

HOSTILE = (
    "__import__('os').system('touch owned')", "import os", "from os import system",
    "open('owned', 'w')", "open(0)", "exec('x=1')", "eval('1')", "compile('1', '', 'eval')",
    "globals()", "locals()", "vars()", "dir()", "help()", "input()", "breakpoint()", "exit()",
    "().__class__.__bases__[0].__subclasses__()", "x.__class__", "x.real", "x.tofile('owned')",
    "np.save('owned', x)", "np.load('x')", "numpy.array", "os.system('id')", "e.__class__",
    "sin.__globals__", "sin.__self__", "pi.__dir__()", "x.__init__.__globals__", "x._", "x.y.z",
    "[x for x in range(10**9)]", "{x for x in x}", "{x: x for x in x}", "(x for x in x)",
    "[1]*10**9", "(1,)*10**9", "'a'*10**9", "b'a'*9**9", "'%1000000000d' % 1", "f'{x}'",
    "f'{__import__(\"os\")}'", "f'{x!r:>{10**9}}'", "lambda: 0", "(lambda x: x)(1)",
    "(lambda f: f(f))(lambda f: f(f))", "(x := 1)", "x := 1", "x = 1", "x == 1", "x < 1", "x if x else 1",
    "x and 1", "not x", "x or 1", "x is x", "x in x", "x[0]", "x[::]", "x[0:10**9]", "*x", "**x",
    "x if", "yield x", "await x", "async x", "return x", "raise x", "assert x", "del x", "pass",
    "while 1: x", "for x in x: x", "def f(): f()", "class A: x", "with open(x) as y: y", "try: x",
    "@x", "x @ x", "x // 0", "x % 0", "x << 10**9", "1 << 10**10", "x >> 1", "~x", "x & 1", "x | 1",
    "9**9**9", "9**9**9**9", "10**10**10", "2**2**2**2**2**2**2", "(9**9)**9**9", "-9**9**9.5",
    "x**x**x**x**x", "exp(exp(exp(exp(9))))", "1e400", "1e-400", "1e99999999999", "9" * 190,
    "0." + "9" * 190, "1" * 199, "factorial(10**9)", "gamma(1e9)", "range(10**9)", "sum(x)",
    "max(" + "1," * 95 + "x)", "min()", "max(x)", "max(*x)", "max(x, key=x)", "sin()", "sin(x, x)",
    "sin(x=1)", "sin", "sin sin x", "sin(sin)", "pow(9, 9, 9)", "abs", "int('9'*9)", "complex(1)",
    "1j", "1_000", "0x10", "0b1", "0o7", "1e", "1e+", ".", "..", "...", "1..2", "1.2.3", "True", "None",
    "Ellipsis", "NotImplemented", "__debug__", "__name__", "__builtins__", "print(x)", "nan", "inf",
    "", " ", "\t", "\n", "\r\n", "\0", "x\0", "\0x", "x\nimport os", "x;import os", "x #", "# x",
    "x\\\n+1", "\\", "'", '"', "'''", '"""', "`x`", "$x", "?", "!", "x!", "x'", "{x}", "{}", "{0}",
    "%s", "%n", "${x}", "{{x}}", "<script>alert(1)</script>", "=cmd|'/c calc'!A0", "\x1b[31m", "\x08",
    "\u202ex", "\u200bx", "\ufeffx", "\ud800", "\U0001f600", "х", "ⅹ", "𝑥", "ｘ", "x²³", "x⁻¹", "⁻", "²",
    "²x", "x²²", "√x", "∞", "∑x", "π", "ππ", "−x", "–x", "—x", "x·x", "x×x", "x÷0", "٣", "３", "1٠",
    "ｓｉｎ(x)", "ѕin(x)", "sin（x）", "x，x", "x；x", "ﬁ", "ẞ", "İ", "a" * 201, "x" * 200, "x+" * 99 + "x",
    "-" * 199 + "x", "+" * 199 + "x", "~" * 199, "(" * 100 + "x" + ")" * 99, "(" * 200, ")" * 200,
    "(" * 21 + "x" + ")" * 21, "sin(" * 40 + "x" + ")" * 40, "x^" * 99 + "x", "x/" * 99 + "x",
    "x**" * 60 + "x", "-x^-x^-x^-x", "((((", "))((", "()", "(())", "x()", "x(x)", "2(x)(x)(x)", "()x",
    "1/2x", "e^2x", "e^xy", "x^2^3", "x^(2^(3^(4^5)))", ",", "x,", ",x", "x,x", "max(,)", "max(x,,x)",
    "1 2", "x x", "x 2", "2 x", "2x2", "x2", "_", "__", "_x", "x_", "e1", "1e1e1", "1e1x", "e", "pi pi",
    "log(0)", "log(-1)", "sqrt(-1)", "1/0", "0/0", "0^0", "0^-1", "(-8)^(1/3)", "tan(pi/2)", "acos(2)",
)  # fmt: skip
LARGE = (
    "(" * 100_000 + "x" + ")" * 100_000, "x" * 1_000_000, "9**" * 300_000 + "9", "-" * 1_000_000 + "x",
    "sin(" * 100_000, "\0" * 1_000_000, "1+" * 500_000 + "1", "\n" * 1_000_000, "٣" * 100_000,
)  # fmt: skip

_PIECES = (
    *"+-*/^(),.²⁻·×÷−", "**", "//", "x", "y", "k", "e", "pi", "tau", "π", "2", "0", "10", "1e308",
    "5e-324", "0.5", "sin(", "exp(", "log(", "sqrt(", "abs(", "max(", "min(", "floor(", "tan(",
    "relu(", "sigmoid(", "cosh(", "arccos(", ")", ")", " ", "_", "[", "]", "'", ":", "=", "lambda ",
    "import ", "__", "\n", "\0", "٣", "х",
)  # fmt: skip


class _Watch:
    """What Python does while it is on: audit hooks stay for good, so one is put in, and asked."""

    def __init__(self) -> None:
        self.on, self.seen = False, Counter[str]()
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[object, ...]) -> None:
        # `ast.parse` is `compile` for a tree alone, and nothing of it is ever executed.
        if self.on and event.startswith(_FORBIDDEN):
            self.on = False  # while it is asked who that was
            tree_only = event == "compile" and sys._getframe(1).f_code.co_filename == ast.__file__
            if not tree_only:
                self.seen[f"{event} {args!r:.80}"] += 1
            self.on = True

    @contextmanager
    def watching(self):
        self.on = True
        try:
            yield
        finally:
            self.on = False


_WATCH: list[_Watch] = []


def sound(rng: random.Random, depth: int) -> str:
    """Return a formula that can be read, mostly."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(("x", "2", "0.5", "pi", "1e308", "0", "3.25", "(x+1)"))
    a = sound(rng, depth - 1)
    if rng.random() < 0.4:
        name = rng.choice(("sin", "cos", "exp", "log", "sqrt", "abs", "tanh", "relu", "sigmoid",
                           "floor", "sign", "tan", "cosh", "arcsin", "softplus", "log10"))  # fmt: skip
        return f"{name}({a})"
    if rng.random() < 0.1:
        return f"-({a})"
    b = sound(rng, depth - 1)
    if rng.random() < 0.1:
        return f"max({a}, {b})"
    return f"({a}) {rng.choice('+-*/^')} ({b})"


def made(rng: random.Random) -> str:
    """Return the next formula: sound, of pieces, a hostile one that was bent, or any letters."""
    which = rng.random()
    if which < 0.3:
        return sound(rng, rng.randint(1, 5))
    if which < 0.6:
        return "".join(rng.choices(_PIECES, k=rng.randint(1, 40)))
    if which < 0.85:
        text = list(rng.choice(HOSTILE))
        for _ in range(rng.randint(0, 3)):
            text.insert(rng.randint(0, len(text)), rng.choice(_PIECES))
            if len(text) > 1 and rng.random() < 0.5:
                del text[rng.randrange(len(text))]
        return "".join(text)
    if which < 0.95:
        return "".join(rng.choices(string.printable, k=rng.randint(0, 60)))
    return "".join(chr(rng.randrange(sys.maxunicode + 1)) for _ in range(rng.randint(1, 30)))


def _evaluated(formula: Formula, width: int) -> None:
    """Do all that the window and reports do with a formula."""
    points = [_POINTS] * width
    values = formula(*points)
    assert values.shape == _POINTS.shape
    assert values.dtype == np.float64
    formula.value_and_gradient(*points)
    formula.hessian(*points)
    text, python = formula.latex(), formula.python()
    assert "$" not in text
    assert isinstance(python, str)
    assert len(formula.slopes_in_python()) == width


def _tried(text: str) -> bool:
    """Try a formula at all the places where one is typed; return whether it can be read."""
    read = False
    for names in (("x",), ("x", "y"), ("k",)):
        try:
            formula = Formula(text, variables=names)
        except FormulaError as error:
            _check_sentence(str(error), text)
            continue
        read = True
        _evaluated(formula, len(names))
    for place, cls in (
        ("formula", Function1D),
        ("formula", TypedFormula),
        ("formula", SimulatedAnnealing),
    ):
        try:
            cls.from_dict({"kind": cls.kind, place: text} | _chosen(cls))
        except SpecError as error:
            for mistake in error.mistakes:
                assert mistake.path == place, (
                    f"{mistake.path} is named, and not {place}: {text!r:.80}"
                )
                _check_sentence(mistake.message, text)
    return read


def _chosen(cls: type) -> dict[str, str]:
    return {"schedule": "formula"} if cls is SimulatedAnnealing else {}


def _check_sentence(sentence: str, text: str) -> None:
    assert 0 < len(sentence) <= _LONGEST_SENTENCE, f"{len(sentence)} characters for {text!r:.80}"
    shown = "".join(c for c in sentence if not c.isprintable())
    assert not shown, f"the sentence has {shown!r}: {sentence!r:.120}"


def run(n: int, seed: int) -> dict[str, object]:
    """Try n formulas; the hostile ones that are listed come first."""
    if not _WATCH:
        _WATCH.append(_Watch())
    watch, rng = _WATCH[0], random.Random(seed)
    listed = [*LARGE, *HOSTILE]
    longest = 0.0
    read = most = 0
    _tried("x + sin(x)")  # what is imported when first needed is imported now
    watch.seen.clear()
    tracemalloc.start()
    try:
        for i in range(n):
            text = listed[i] if i < len(listed) else made(rng)
            tracemalloc.reset_peak()
            held = tracemalloc.get_traced_memory()[0]
            began = time.process_time()
            try:
                with warnings.catch_warnings(), watch.watching():
                    warnings.simplefilter("error")
                    read += _tried(text)
            except Exception as error:
                where = f"formula {i:,} of seed {seed}, {text!r:.200}"
                raise AssertionError(f"{where}: {type(error).__name__}: {error}") from error
            spent, needed = time.process_time() - began, tracemalloc.get_traced_memory()[1] - held
            longest, most = max(longest, spent), max(most, needed)
            assert not watch.seen, f"{text!r:.200} made Python do {dict(watch.seen)}"
            assert spent < _LONGEST, f"{text!r:.200} took {spent:.2f} s"
            assert needed < _MOST_MEMORY, f"{text!r:.200} needed {needed >> 20} MB"
            progress(i + 1, n)
    finally:
        tracemalloc.stop()
    return {
        "formulas": n,
        "could be read": read,
        "refused with a sentence": n - read,
        "longest (ms)": math.ceil(1000 * longest),
        "most memory (MB)": math.ceil(most / (1 << 20)),
        "files, processes, imports": 0,
    }
