"""A formula in x and y is read as it is written on a board, with its exact gradient and Hessian."""

import pickle

import numpy as np
import pytest

from optiviz.engine.formula import Formula, FormulaError

XY = ("x", "y")
X, Y = np.random.default_rng(0).uniform(-2, 2, (2, 37))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x^2 + 3y^2", X**2 + 3 * Y**2),
        ("2xy", 2 * X * Y),
        ("xy", X * Y),
        ("x y", X * Y),
        ("yx^2", Y * X**2),
        ("xy^2", X * Y**2),
        ("xyx", X * Y * X),
        ("3x y(x+y)", 3 * X * Y * (X + Y)),
        ("x²y", X**2 * Y),
        ("(x^2)y", X**2 * Y),
        ("xy/2", X * Y / 2),
        ("x sin(y) - y cos(x)", X * np.sin(Y) - Y * np.cos(X)),
        ("max(x, y, xy)", np.maximum(np.maximum(X, Y), X * Y)),
        ("7", np.full(37, 7.0)),
    ],
)
def test_reads_what_is_meant(text, expected):
    np.testing.assert_allclose(Formula(text, variables=XY)(X, Y), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1/xy", "can be read in two ways"),
        ("e^xy", "can be read in two ways"),
        ("2^-xy", "can be read in two ways"),
        ("x^2y", "can be read in two ways"),
        ("xyz", "'xyz' at character 1 is not known; the variables are x and y"),
        ("xsin(y)", "not known"),
        ("x2", "not known"),
        ("y(", "A number, x, y or a function is missing before the end"),
        ("x, y", "Only arguments of max and min have commas"),
        ("x if y else x", "not known"),
        ("x.y", "has no place in a formula, which is made of numbers, x, y"),
        ("x1 + y", "not known"),  # what stands for y on its way through the parser
        ("__import__('os')", "not known"),
        ("xy" * 101, "200 is the most"),
        ("x^" * 21 + "y", "20 is the most"),
    ],
)
def test_refuses_what_is_unclear_or_hostile(text, sentence):
    with pytest.raises(FormulaError, match=sentence) as refusal:
        Formula(text, variables=XY)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("names", [(), ("x", "x"), ("x", "e"), ("x", "2")])
def test_names_that_cannot_be_told_apart_are_refused(names):
    with pytest.raises(FormulaError):
        Formula("1", variables=names)


def test_one_variable_stays_as_it_was():
    """Letters of one variable are not multiplied: xx is a slip of the hand."""
    with pytest.raises(FormulaError, match="not known"):
        Formula("xx")
    assert Formula("k^2", variable="k").variables == ("k",)
    assert Formula("x y", variables=XY) != Formula("x y", variables=("y", "x"))
    again = pickle.loads(pickle.dumps(Formula("x y", variables=XY)))
    np.testing.assert_array_equal(again(X, Y), X * Y)


@pytest.mark.parametrize(
    "text",
    [
        "100(y - x^2)^2 + (1 - x)^2",
        "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        "exp(-x^2 - y^2) sin(xy)",
        "(1 + x^2)^(sin(y)/2) / (2 + cos(xy))",
        "tanh(x - 2y) sigmoid(x y) log(4 + x y^2/3)",
        "max(x, y)^3 + min(x y, 1)",
        "y",
        "3",
    ],
)
def test_gradient_and_hessian_agree_with_differences(text):
    """Descent on a typed surface goes where the surface does, and Newton lands where it should."""
    formula = Formula(text, variables=XY)
    value, gradient = formula.value_and_gradient(X, Y)
    hessian = formula.hessian(X, Y)
    assert value.tobytes() == formula(X, Y).tobytes()
    assert gradient.shape == (2, 37)
    assert hessian.shape == (2, 2, 37)
    h = 1e-5
    for i, (dx, dy) in enumerate(((h, 0), (0, h))):
        slope = (formula(X + dx, Y + dy) - formula(X - dx, Y - dy)) / (2 * h)
        np.testing.assert_allclose(gradient[i], slope, rtol=1e-6, atol=1e-6)
        up = formula.value_and_gradient(X + dx, Y + dy)[1]
        down = formula.value_and_gradient(X - dx, Y - dy)[1]
        np.testing.assert_allclose(hessian[i], (up - down) / (2 * h), rtol=1e-5, atol=1e-5)


def test_values_are_broadcast_and_belong_to_the_caller():
    formula = Formula("x + 2y", variables=XY)
    np.testing.assert_array_equal(formula(X[:, None], Y[:5]), X[:, None] + 2 * Y[:5])
    gradient = formula.value_and_gradient(X, 1.0)[1]
    gradient[0, 0] = 9.0
    assert formula.value_and_gradient(X, 1.0)[1][0, 0] == 1.0
    with pytest.raises(TypeError, match="is of x, y, and takes an array for each"):
        formula(X)


def test_a_row_has_the_same_bits_alone_and_among_others():
    formula = Formula("exp(x) sin(y)^3 + x^y", variables=XY)
    together = formula(X, Y)
    assert b"".join(formula(x, y).tobytes() for x, y in zip(X, Y, strict=True)) == (
        together.tobytes()
    )
    assert formula(X[::3], Y[::3]).tobytes() == together[::3].tobytes()


def test_mathtext_names_both():
    assert Formula("2xy + y^2", variables=XY).latex() == "2 x y + y^{2}"
