"""A formula is read as a student means it, differentiated exactly, and can do nothing else."""

from __future__ import annotations

import ast
import cmath
import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optiviz.engine.formula import MAX_DEPTH, MAX_LENGTH, Formula, FormulaError
from optiviz.engine.formula.parser import _postfix

POINTS = np.array([-2.3, -1.1, -0.4, 0.3, 0.7, 1.9, 3.1])


# ---- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*x + 1", lambda x: 2 * x + 1),
        ("-x**2", lambda x: -(x**2)),
        ("-x^2", lambda x: -(x**2)),
        ("(-x)^2", lambda x: x**2),
        ("x ^ 2 * 3", lambda x: 3 * x**2),
        ("x + 2^2", lambda x: x + 4),
        ("2^3^x", lambda x: 2.0 ** (3.0**x)),
        ("(2^3)^x", lambda x: 8.0**x),
        ("2^-x", lambda x: 2.0**-x),
        ("8/4/x", lambda x: 2 / x),
        ("8-4-x", lambda x: 4 - x),
        ("1 - -x", lambda x: 1 + x),
        ("+x", lambda x: x),
        ("2x", lambda x: 2 * x),
        ("2x^2", lambda x: 2 * x**2),
        ("2 sin(x)", lambda x: 2 * np.sin(x)),
        ("3(x+1)", lambda x: 3 * (x + 1)),
        ("(x+1)(x-1)", lambda x: (x + 1) * (x - 1)),
        ("(x+1)(x-1)^2", lambda x: (x + 1) * (x - 1) ** 2),
        ("x(x+1)", lambda x: x * (x + 1)),
        ("x sin(x) cos(x)", lambda x: x * np.sin(x) * np.cos(x)),
        ("x^2 sin(x)", lambda x: x**2 * np.sin(x)),
        ("x/2 + 3x", lambda x: 3.5 * x),
        ("(1/2)x", lambda x: x / 2),
        ("1/(2x)", lambda x: 1 / (2 * x)),
        ("1/2*3x", lambda x: 1.5 * x),
        ("max(1/2, 2x)", lambda x: np.maximum(0.5, 2 * x)),
        ("2exp(x)", lambda x: 2 * np.exp(x)),
        ("2e^(x)", lambda x: 2 * np.exp(x)),
        ("2e-x", lambda x: 2 * math.e - x),
        ("2e1x", lambda x: 20 * x),
        ("1e-3 + .5 + 1. + 007 + x", lambda x: 8.501 + x),
        ("2 pi x + tau", lambda x: math.tau * (x + 1)),
        ("2πx + τ", lambda x: math.tau * (x + 1)),
        ("x² − 2·x × 3 ÷ 4", lambda x: x**2 - 1.5 * x),
        ("x⁻¹ + 2x³(x+1)", lambda x: 1 / x + 2 * x**3 * (x + 1)),
        ("-x²", lambda x: -(x**2)),
        ("x^2²", lambda x: x**4),
        ("asin(x/9) + acos(x/9) + atan(x)", lambda x: math.pi / 2 + np.arctan(x)),
        ("ln(exp(x))", lambda x: x),
        ("max(x, 0, 1 - x)", lambda x: np.maximum(np.maximum(x, 0), 1 - x)),
        ("\tmin(x,\n1)  ", lambda x: np.minimum(x, 1)),
        ("5", lambda x: np.full_like(x, 5)),
    ],
)
def test_reads_what_is_meant(text, expected):
    np.testing.assert_allclose(
        Formula.parse(text)(POINTS), expected(POINTS), rtol=1e-14, atol=1e-15
    )


REFUSED = [
    ("", "empty"),
    (" \n\t", "empty"),
    ("foo(x)", "'foo' at character 1 is not known; .* functions are abs, acos, .* cosh, exp, "),
    ("x + y", "'y' at character 5 is not known; the variable is x"),
    ("Sin(x)", "'Sin' at character 1 is not known"),
    ("2xsin(x)", "'xsin' at character 2"),
    ("sin x", r"Parentheses are missing before 'x' at character 5, as in sin\(x\)"),
    ("sin^2(x)", "Parentheses are missing before"),
    ("2 * sin", "Parentheses are missing before the end"),
    ("(sin)(x)", "Parentheses are missing before"),
    ("x +", "missing before the end"),
    ("* x", "missing before '\\*' at character 1"),
    ("x + / 2", "missing before '/' at character 5"),
    ("x * * 2", "missing before '\\*' at character 5"),
    ("x // 2", "missing before '/'"),
    ("sin()", "missing before '\\)' at character 5"),
    ("()", "missing before"),
    ("max(x,)", "missing before"),
    ("(x + 1", r"A '\)' is missing at the end"),
    ("x + 1)", r"'\)' at character 6 closes a parenthesis that was never opened"),
    ("x 2", "An operator such as .* is missing before '2' at character 3"),
    ("2 3", "An operator such as .* is missing before"),
    ("1.2.3", "An operator such as .* is missing before '.3'"),
    ("1/2x", "two ways"),
    ("x/2 sin(x)", "two ways"),
    ("1/x²(x+1)", "two ways"),
    ("1/2^3(x)", "two ways"),
    ("e^2x", "two ways"),
    ("e^-2x", "two ways"),
    ("x²^3", "parentheses around the power"),
    ("x² ³", "parentheses around the power"),
    ("1,5x", "write 1.5 for 1,5"),
    ("(1,5)", "write 1.5 for 1,5"),
    ("sin(1,5)", "sin takes one number, not 2"),
    ("max(x)", "max takes two or more numbers, not 1"),
    ("1_000", "'1_000' at character 1 is not a plain number such as 1000"),
    ("x + 0x10", "'0x10' at character 5 is not a plain number"),
    ("0b11", "not a plain number"),
    ("٣x", "'٣' at character 1 has no place in a formula"),
    ("x٣", "'٣' at character 2 has no place in a formula"),
    ("ｘ", "no place"),
    ("\ud800", r"'\\ud800' at character 1 has no place"),
    ("x\0", "no place"),
    ("1j", "'j' at character 2 is not known"),
    ("True", "'True' at character 1 is not known"),
    ("None", "not known"),
    ("x if x else 1", "'if' at character 3 is not known"),
    ("lambda: x", "'lambda' at character 1 is not known"),
    ("__import__('os')", "'__import__' at character 1 is not known"),
    ("'x'", "no place"),
    ('f"{x}"', "not known"),
    ("x.real", "'.' at character 2 has no place"),
    ("(1).real", "no place"),
    ("x[0]", "no place"),
    ("[x for x in (1, 2)]", "no place"),
    ("{x}", "no place"),
    ("(x := 2)", "no place"),
    ("x = 2", "'=' at character 3 has no place"),
    ("x < 2", "no place"),
    ("x % 2", "no place"),
    ("x @ x", "no place"),
    ("~x", "no place"),
    ("x; x", "no place"),
    ("x # x", "no place"),
    ("max(*x, 1)", "missing before '\\*'"),
    ("max(1, 2, **x)", "missing before '\\*\\*'"),
    ("max(x, key=abs)", "not known"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_refuses_everything_else_with_one_sentence(text, sentence):
    with pytest.raises(FormulaError, match=sentence) as refusal:
        Formula.parse(text)
    said = str(refusal.value)
    assert said.endswith(".")
    assert "\n" not in said
    said.encode()  # can be printed


@pytest.mark.parametrize(
    "source",
    [
        "1",
        "True",
        "'x'",
        "1j",
        "y",
        "x.real",
        "x[0]",
        "x < 1.0",
        "x and x",
        "not x",
        "~x",
        "x // 2.0",
        "x % 2.0",
        "x @ x",
        "x if x else x",
        "lambda: x",
        "[x]",
        "{x}",
        "[x for x in x]",
        "(y := x)",
        "f'{x}'",
        "x(x)",
        "sin",
        "eval(x)",
        "sin.__call__(x)",
        "max(*x, x)",
        "max(x, x, key=x)",
        "max(x, x, **x)",
    ],
)
def test_no_syntax_but_the_listed_reaches_a_program(source):
    """Should a token ever slip through, the tree is still refused."""
    with pytest.raises(FormulaError):
        list(_postfix(ast.parse(source, mode="eval").body))


@pytest.mark.parametrize("variable", ["t", "w_1", "theta", "lambda", "in", "X"])
def test_the_variable_may_have_any_other_name(variable):
    formula = Formula.parse(f"2{variable} + {variable}^2", variable)
    np.testing.assert_allclose(formula(POINTS), 2 * POINTS + POINTS**2)
    np.testing.assert_allclose(formula.derivative(POINTS), 2 + 2 * POINTS)
    with pytest.raises(FormulaError, match=f"the variable is {variable}"):
        Formula.parse("x", variable)


@pytest.mark.parametrize("variable", ["", "e", "sin", "2", "x y", "_", "λ", "x\n", "x)"])
def test_a_name_that_cannot_be_a_variable_is_refused(variable):
    with pytest.raises(FormulaError, match="cannot be the variable's name"):
        Formula.parse("1", variable)


# ---- Limits --------------------------------------------------------------------------------------


def test_length_is_limited():
    longest = "x+" * (MAX_LENGTH // 2 - 1) + "2x"
    assert len(longest) == MAX_LENGTH == 200
    np.testing.assert_allclose(Formula.parse(longest)(POINTS), 101 * POINTS)
    with pytest.raises(FormulaError, match="has 201 characters; 200 is the most"):
        Formula.parse(longest + " ")


@pytest.mark.parametrize(
    "nested",
    [
        lambda depth: "sin(" * depth + "x" + ")" * depth,
        lambda depth: "(" * depth + "x" + ")" * depth,
        lambda depth: "-" * depth + "x",
        lambda depth: "x^" * depth + "x",
        lambda depth: "1+(" * depth + "x" + ")" * depth,
        lambda depth: "sin(-" * (depth // 2) + "-" * (depth % 2) + "x" + ")" * (depth // 2),
    ],
)
def test_depth_is_limited(nested):
    assert MAX_DEPTH == 20
    assert Formula.parse(nested(20)).derivative(POINTS).shape == POINTS.shape
    with pytest.raises(FormulaError, match="20 is the most"):
        Formula.parse(nested(21))


@pytest.mark.parametrize("symbol", ["+", "-", "*", "/"])
def test_a_long_chain_is_not_deep(symbol):
    """A Taylor polynomial of 25 terms is a long formula, not a nested one."""
    chain = symbol.join(["x"] * 100)
    expected = {"+": 100 * POINTS, "-": -98 * POINTS, "*": POINTS**100, "/": POINTS**-98.0}
    np.testing.assert_allclose(Formula.parse(chain)(POINTS), expected[symbol], rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200,
        "(" * 100_000,
        "-" * 200,
        "-" * 100_000 + "x",
        "~" * 200,
        "max(" * 50,
        "9" * 5000,
        "x**" * 66 + "x",
        "x" + "²" * 199,
        "((((((((((" * 20,
        "0." * 100,
        "1e" * 100,
        " " * 10**7,
        "x\0" * 100,
    ],
)
@pytest.mark.timeout(20)  # a millisecond each; what is not bounded takes for ever
def test_hostile_text_is_refused_or_read_at_once(text):
    try:
        values = Formula.parse(text)(POINTS)
    except FormulaError:
        values = POINTS
    assert values.shape == POINTS.shape


@pytest.mark.parametrize(
    "text", ["9**9**9", "9^9^9^9^9^9", "1e999", "9" * 150 + "^9", "1/0", "exp(1000)"]
)
@pytest.mark.timeout(20)
def test_huge_numbers_are_infinite_at_once(text):
    assert Formula.parse(text)(0.0) == np.inf


# ---- Values --------------------------------------------------------------------------------------

FUNCTIONS = {
    "abs": abs,
    "arccos": math.acos,
    "arcsin": math.asin,
    "arctan": math.atan,
    "ceil": math.ceil,
    "cos": math.cos,
    "cosh": math.cosh,
    "exp": math.exp,
    "floor": math.floor,
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "relu": lambda u: max(u, 0.0),
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
    "sign": lambda u: math.copysign(1, u),
    "sin": math.sin,
    "sinh": math.sinh,
    "softplus": lambda u: math.log1p(math.exp(u)),
    "sqrt": math.sqrt,
    "tan": math.tan,
    "tanh": math.tanh,
}


def test_every_function_is_tested_here():
    with pytest.raises(FormulaError) as refusal:
        Formula.parse("unknown")
    listed = set(re.search("functions are (.*)\\.", str(refusal.value))[1].split(", "))
    assert listed == {*FUNCTIONS, "acos", "asin", "atan", "ln", "max", "min"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_the_values_of_the_math_module(name):
    inside = np.array([0.1, 0.35, 0.8, 0.99])
    x = inside if name in {"arccos", "arcsin", "log", "log2", "log10", "sqrt"} else POINTS
    expected = [FUNCTIONS[name](float(u)) for u in x]
    np.testing.assert_allclose(Formula.parse(f"{name}(x)")(x), expected, rtol=1e-14)


def test_outside_its_domain_a_formula_is_nan_or_infinite_without_a_warning():
    with np.errstate(all="raise"):
        for text, x, value in [
            ("log(x)", -1.0, np.nan),
            ("sqrt(x)", -1.0, np.nan),
            ("arcsin(x)", 2.0, np.nan),
            ("x^0.5", -1.0, np.nan),
            ("x/x", 0.0, np.nan),
            ("log(x)", 0.0, -np.inf),
            ("1/x", 0.0, np.inf),
            ("x^-2", 0.0, np.inf),
            ("cosh(x)", 1e4, np.inf),
            ("x^2", 1e200, np.inf),
            ("sigmoid(x)", -1e4, 0.0),
            ("softplus(x)", 1e4, 1e4),
            ("softplus(x)", -1e4, 0.0),
        ]:
            formula = Formula.parse(text)
            np.testing.assert_equal(formula(x), value, err_msg=text)
            value, slope = formula.value_and_derivative(x)
            assert np.isnan(slope) == np.isnan(value), text
            assert formula.second_derivative(x).shape == ()


@pytest.mark.parametrize("text", ["3", "x", "x^2 + 1", "max(x, 1, 2x)"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (4,), (2, 3), (2, 0, 3)])
def test_results_have_the_shape_of_x_and_belong_to_the_caller(text, shape):
    x = np.full(shape, 2, dtype=np.int32)
    formula = Formula.parse(text)
    for result in (
        formula(x),
        formula.derivative(x),
        formula.second_derivative(x),
        *formula.value_and_derivative(x),
    ):
        assert isinstance(result, np.ndarray)
        assert result.shape == shape
        assert result.dtype == np.float64
        result[...] = 7  # is neither read-only nor a view
    np.testing.assert_equal(x, np.full(shape, 2))
    floats = np.ones(3)
    formula(floats)[:] = 5
    np.testing.assert_equal(floats, np.ones(3))


@pytest.mark.parametrize(
    "text", [*(f"{name}(x)" for name in FUNCTIONS), "x^2 + x^3/x^-1", "2^x - x^x", "max(x, -x, 1)"]
)
def test_a_row_has_the_same_bits_alone_and_among_others(text):
    """Evaluators promise this, and replays rest on it."""
    x = np.random.default_rng(1).normal(scale=3, size=203)
    x[::29] = 0
    x[::31] = -np.inf
    formula = Formula.parse(text)
    for function in (formula, formula.derivative, formula.second_derivative):
        together = function(x)
        assert (
            b"".join(function(x[i : i + 1]).tobytes() for i in range(x.size)) == together.tobytes()
        )
        assert b"".join(function(number).tobytes() for number in x) == together.tobytes()
        assert function(x[::3]).tobytes() == together[::3].tobytes()
    assert formula.value_and_derivative(x)[0].tobytes() == formula(x).tobytes()


def test_formulas_are_equal_by_their_text_and_variable():
    formula = Formula.parse("x^2")
    assert formula == Formula.parse("x^2", "x") == Formula("x^2")
    assert hash(formula) == hash(Formula.parse("x^2"))
    assert formula != Formula.parse("x**2")
    assert Formula.parse("1", "t") != Formula.parse("1", "x")
    assert repr(formula) == "Formula(text='x^2', variables=('x',))"
    with pytest.raises(AttributeError):
        formula.text = "x"


def test_a_formula_can_be_sent_to_another_process():
    formula = pickle.loads(pickle.dumps(Formula.parse("max(x, 2) + sin(x)")))
    np.testing.assert_array_equal(formula(POINTS), Formula.parse("max(x, 2) + sin(x)")(POINTS))


# ---- Derivatives ---------------------------------------------------------------------------------

SMOOTH = [
    *(
        f"{name}(x)"
        for name in FUNCTIONS
        if name not in {"arccos", "arcsin", "log", "log10", "log2"}
    ),
    "arccos(x/9)",
    "arcsin(x/9)",
    "log(x^2)",
    "log2(1 + x^2)",
    "log10(1 + x^2)",
    "sqrt(1 + x^2)",
    "x^4 - 3x^3 + 2",
    "(x-3)^5",
    "x^-3",
    "2^x",
    "2^(x^2)",
    "abs(x)^x",
    "(1 + x^2)^sin(x)",
    "(1 + x^2)^-1.5",
    "sin(x)/x",
    "(x^2 - 1)/(x^2 + 1)",
    "1/x/x",
    "x^2 sin(10x) exp(-x/3)",
    "exp(-x^2)",
    "tanh(3x) sigmoid(x) - softplus(2x)",
    "arctan(sinh(x))",
    "max(x, 1 - x^2)",
    "min(sin(x), cos(x), 0.3x)",
    "abs(x^2 - 1) relu(x + 1)",
    "(x^2 - 2)(x - 1)",
    "--x + +x - (2 - -3x)",
]


@pytest.mark.parametrize("text", SMOOTH)
def test_derivatives_agree_with_differences(text):
    formula, h = Formula.parse(text), 1e-6
    x = np.array([0.2, 0.9, 1.7]) if text == "sqrt(x)" else POINTS
    value, slope = formula.value_and_derivative(x)
    np.testing.assert_array_equal(value, formula(x))
    np.testing.assert_array_equal(slope, formula.derivative(x))
    quotient = (formula(x + h) - formula(x - h)) / (2 * h)
    np.testing.assert_allclose(slope, quotient, rtol=1e-6, atol=1e-7)
    bend = (formula.derivative(x + h) - formula.derivative(x - h)) / (2 * h)
    np.testing.assert_allclose(formula.second_derivative(x), bend, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("abs(x)", 0, 0),
        ("relu(x)", 0, 0),
        ("sign(x)", 0, 0),
        ("floor(x)", 1, 0),
        ("ceil(x)", 1, 0),
        ("max(x, -x)", 0, 0),
        ("min(x, -x)", 0, 0),
        ("max(x, x)", 3, 1),
        ("max(x, 3x)", 0, 2),
        ("max(x, 1, 2x)", 5, 2),
        ("min(x, 1, 2x)", -5, 2),
        ("x^0", 0, 0),
        ("x^1", 0, 1),
        ("x^2", 0, 0),
        ("x^3", 0, 0),
        ("x^2", -3, -6),
        ("x^3", -2, 12),
        ("x^-1", -2, -0.25),
        ("x^(1+1)", -3, -6),
        ("x^2.5", 0, 0),
        ("x^0.5", 0, np.inf),
        ("sqrt(x)", 0, np.inf),
        ("sqrt(x^2)", 0, 0),
        ("(x^2)^0.5", 0, 0),
        ("sqrt(x^4)", 0, 0),
        ("0^x", 2, 0),
        ("x^x", 0, -np.inf),
        ("x^(x+1)", 0, 1),
        ("(-2)^x", 2, np.nan),
        ("1/x", 0, -np.inf),
        ("x + log(0)", 1, 1),
        ("x sqrt(0)", 1, 0),
        ("exp(-1/x^2)", 0, 0),
        ("1/(1+exp(-x))", -1000, 0),
        ("exp(-exp(-x))", -1000, 0),
        ("tanh(x)", 1e4, 0),
        ("sigmoid(x)", -1e4, 0),
        ("arctan(x)", 1e200, 0),
        ("5", 2, 0),
        ("9^9^9", 2, 0),
        ("log(x)", -1, np.nan),
    ],
)
def test_slopes_at_kinks_edges_and_extremes(text, x, slope):
    assert Formula.parse(text).derivative(x) == pytest.approx(slope, rel=1e-15, abs=0, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "x", "bend"),
    [
        ("x^0", 0, 0),
        ("x^1", 0, 0),
        ("x^2", 0, 2),
        ("x^3", 0, 0),
        ("x^3", -2, -12),
        ("x*x", 0, 2),
        ("abs(x)", 0, 0),
        ("x sqrt(0)", 1, 0),
        ("sqrt(x)", 0, -np.inf),
        ("0^x", 0.5, 0),
        ("0^x", 1.5, 0),
        ("x^(x+1)", 0, -np.inf),
        ("x^(x+2)", 0, 2),
        ("max(x, -x)", 0, 0),
        ("relu(x)^2", 3, 2),
        ("arctan(x)", 1e200, 0),
        ("softplus(x)", 1e4, 0),
        ("tanh(x)", -1e4, 0),
        ("log(x)", -1, np.nan),
    ],
)
def test_bends_at_kinks_edges_and_extremes(text, x, bend):
    result = Formula.parse(text).second_derivative(x)
    assert result == pytest.approx(bend, rel=1e-15, abs=0, nan_ok=True)


# ---- Any formula at all --------------------------------------------------------------------------

# A tree is "x", a number, or a tuple of an operator's or function's name and its operands.
NUMBERS = [0.0, 0.5, 1.0, 1.25, 2.0, 3.0, 7.0, 12.0]
BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "**": 4}


@st.composite
def trees(draw, unary, binary, numbers=NUMBERS, depth=4):
    """Trees of these functions and operators, up to `depth` of them inside one another."""
    kind = draw(st.sampled_from("x1uubbbb" if depth else "x1"))
    if kind == "x":
        return "x"
    if kind == "1":
        return draw(st.sampled_from(numbers))
    inner = trees(unary, binary, numbers, depth - 1)
    if kind == "u":
        return draw(st.sampled_from(unary)), draw(inner)
    return draw(st.sampled_from(binary)), draw(inner), draw(inner)


def written(tree, draw):
    """Return a tree as a student may type it, and how tightly it binds."""
    if tree == "x":
        return "x", 5
    if isinstance(tree, float):
        return (f"{tree:g}" if draw(st.booleans()) else repr(tree)), 5
    name, *operands = tree

    def place(operand, binding):
        text, binds = written(operand, draw)
        return f"({text})" if binds < binding or draw(st.integers(0, 9)) == 0 else text

    gap = draw(st.sampled_from(["", " "]))
    if name == "neg":
        return f"-{gap}{place(operands[0], 3)}", 3
    if name not in BINDS:
        return f"{name}({f',{gap}'.join(place(operand, 0) for operand in operands)})", 5
    left, right = operands
    if name == "**":
        sign = draw(st.sampled_from(["**", "^"]))
        return f"{place(left, 5)}{gap}{sign}{gap}{place(right, 3)}", 4
    binds = BINDS[name]
    head, tail = place(left, binds), place(right, binds + 1)
    if name == "*" and isinstance(left, float) and (tail[0].isalpha() or tail[0] == "("):
        return f"{head}{gap}{tail}", 2
    return f"{head}{gap}{name}{gap}{tail}", binds


def computed(tree, x):
    """Evaluate a tree one Python float at a time; numpy only where libm may round otherwise."""
    if tree == "x":
        return x
    if isinstance(tree, float):
        return tree
    name, *operands = tree
    u, *rest = (computed(operand, x) for operand in operands)
    match name, rest:
        case "neg", []:
            return -u
        case "+", [v]:
            return u + v
        case "-", [v]:
            return u - v
        case "*", [v]:
            return u * v
        case "/", [v]:
            assume(v != 0)
            return u / v
        case "**", [v]:
            return float(np.power(u, v))
        case "max" | "min", [v]:
            assume(not math.isnan(u + v) and not u == v == 0)  # 0 and -0 are equal
            return {"max": max, "min": min}[name](u, v)
        case "abs", []:
            return abs(u)
    return float(getattr(np, name)(u))


everything = trees(
    ["neg", "abs", "sqrt", "exp", "sin", "arctan", "floor", "ceil", "tanh", "log"],
    ["+", "-", "*", "/", "**", "max", "min"],
    [*NUMBERS, 1e-5, 3e7, 0.1],
)


@settings(max_examples=300, deadline=1000)
@given(st.data(), everything, st.floats(-10, 10))
def test_any_formula_has_the_value_that_python_computes(data, tree, x):
    text, _ = written(tree, data.draw)
    assume(len(text) <= MAX_LENGTH)
    with np.errstate(all="ignore"):
        expected = computed(tree, x)
    np.testing.assert_equal(float(Formula.parse(text)(x)), expected)


def stepped(tree, z):
    """Evaluate a tree of analytic functions at a complex number, where nothing is too large."""
    if tree == "x":
        return z
    if isinstance(tree, float):
        return complex(tree)
    name, *operands = tree
    u, *rest = (stepped(operand, z) for operand in operands)
    match name, rest:
        case "neg", []:
            result = -u
        case "+", [v]:
            result = u + v
        case "-", [v]:
            result = u - v
        case "*", [v]:
            result = u * v
        case "/", [v]:
            assume(abs(v) > 1e-3)
            result = u / v
        case _:
            assume(abs(u) < 10)
            result = getattr(cmath, {"arctan": "atan"}.get(name, name))(u)
    assume(abs(result) < 1e4)
    assume(abs(result.imag) < 1e5 * STEP)
    return result


STEP = 1e-150  # so small that its square is lost, and no difference is ever taken


@settings(max_examples=300, deadline=1000, derandomize=True)
@given(
    st.data(),
    trees(["neg", "exp", "sin", "cos", "tanh", "arctan", "sinh"], ["+", "-", "*", "/"]),
    st.floats(-3, 3),
)
def test_any_derivative_is_that_of_the_complex_step(data, tree, x):
    """f'(x) = Im f(x + ih) / h, Squire and Trapp 1998."""
    text, _ = written(tree, data.draw)
    assume(len(text) <= MAX_LENGTH)
    expected = stepped(tree, complex(x, STEP)).imag / STEP
    slope = Formula.parse(text).derivative(x)
    assert slope == pytest.approx(expected, rel=1e-8, abs=1e-6)


PIECES = """x x 1 2 .5 1e3 1e 9999 ( ( ) ) + - * / ^ ** , sin( max( exp ln( sqrt( pi e π ² ⁻¹ − ·
_ 0x . \0 lambda if __ [ ] ' " = := : \\ # ∞ é"""
garbage = st.one_of(
    st.text(max_size=220),
    st.lists(st.sampled_from(PIECES.split()), max_size=60).map("".join),
    st.lists(st.sampled_from(PIECES.split()[:34]), max_size=12).map(" ".join),
)


@settings(max_examples=500, deadline=500)
@given(garbage)
def test_any_text_is_read_or_refused_and_nothing_else(text):
    try:
        formula = Formula.parse(text)
    except FormulaError:
        return
    with np.errstate(all="raise"):
        assert formula(POINTS).shape == POINTS.shape
        assert formula.derivative(POINTS).shape == POINTS.shape
        assert formula.second_derivative(POINTS).shape == POINTS.shape
    assert formula.latex()


# ---- Mathtext ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x^2 + 10 sin(x)", r"x^{2} + 10 \sin\left(x\right)"),
        ("2*3*x", r"2 \cdot 3 x"),
        ("x*2", r"x \cdot 2"),
        ("x*(2/3)", r"x \cdot \frac{2}{3}"),
        ("(x+1)/(x-1)", r"\frac{x + 1}{x - 1}"),
        ("(x/2)^2", r"\left(\frac{x}{2}\right)^{2}"),
        ("-x^2", "-x^{2}"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
        ("-2x", "-2 x"),
        ("-(x+1)", r"-\left(x + 1\right)"),
        ("1 - (x - 1)", r"1 - \left(x - 1\right)"),
        ("1 + -x", r"1 + \left(-x\right)"),
        ("1 - -2x", r"1 - \left(-2 x\right)"),
        ("x^(x+1)", "x^{x + 1}"),
        ("3(x+1)", r"3 \left(x + 1\right)"),
        ("(x^2)^3", r"\left(x^{2}\right)^{3}"),
        ("2^x^3", "2^{x^{3}}"),
        ("exp(-x)^2", r"\left(e^{-x}\right)^{2}"),
        ("sqrt(abs(x))", r"\sqrt{\left|x\right|}"),
        ("floor(x) ceil(x)", r"\left\lfloor x\right\rfloor \left\lceil x\right\rceil"),
        ("ln(x) log10(x)", r"\ln\left(x\right) \log_{10}\left(x\right)"),
        ("max(x, 1, 2)", r"\max\left(x, 1, 2\right)"),
        ("sigmoid(x)", r"\mathrm{sigmoid}\left(x\right)"),
        ("2 pi e x", r"2 \pi e x"),
        ("1.5e-7 x", r"1.5 \cdot 10^{-7} x"),
        ("9e999", r"\infty"),
        ("0.25", "0.25"),
    ],
)
def test_mathtext_shows_how_a_formula_was_understood(text, latex):
    assert Formula.parse(text).latex() == latex


def test_mathtext_names_the_variable():
    assert Formula.parse("2t", "t").latex() == "2 t"
    assert Formula.parse("2 w_1", "w_1").latex() == r"2 \mathrm{w\_1}"


def test_matplotlib_draws_the_mathtext():
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    everything_at_once = [*SMOOTH, "max(1, x)/tau", "1e-9^(x/e)", "9^9e999", "log2(log10(ln(x)))"]
    for formula in [*map(Formula.parse, everything_at_once), Formula.parse("w_1^2", "w_1")]:
        assert parser.parse(f"${formula.latex()}$").width > 0


def read_back(latex):
    """Return mathtext as text for a formula, reading it as a person would."""
    latex = re.sub(r"\\mathrm\{(\w+)\}", r"\1", latex)
    for mathtext, plain in [
        (r"\left|", " abs("),
        (r"\right|", ")"),
        (r"\left(", "("),
        (r"\right)", ")"),
        (r"\cdot", "*"),
        (r"\ln", " log"),
    ]:
        latex = latex.replace(mathtext, plain)
    while "{" in latex:  # from the innermost braces outwards
        latex = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", latex)
        latex = re.sub(r"\\sqrt\{([^{}]*)\}", r" sqrt(\1)", latex)
        latex = re.sub(r"\^\{([^{}]*)\}", r"^(\1)", latex)
    return latex.replace("\\", " ")


@settings(max_examples=300, deadline=1000, derandomize=True)
@given(
    st.data(),
    trees(["neg", "abs", "sqrt", "exp", "arctan"], ["+", "-", "*", "/", "**", "max"], depth=3),
)
def test_any_mathtext_says_the_same_as_the_formula(data, tree):
    text, _ = written(tree, data.draw)
    assume(len(text) <= MAX_LENGTH)
    formula = Formula.parse(text)
    again = read_back(formula.latex())
    assume(len(again) <= MAX_LENGTH)
    values = formula(POINTS)
    tame = np.abs(values) < 1e9
    np.testing.assert_allclose(
        Formula.parse(again)(POINTS)[tame], values[tame], rtol=1e-9, atol=1e-9
    )
