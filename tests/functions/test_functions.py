"""Every function is the published one: its values, its exact slopes, and where it is lowest.

Else a class would compare algorithms on something that isn't what the picture's title says.
"""

import cmath
import itertools
import math
from functools import reduce

import numpy as np
import pytest
from scipy import optimize

from optiviz.engine import registry
from optiviz.engine.parameters import SpecError
from optiviz.functions import Function
from optiviz.functions.ellipsoid import Ellipsoid
from optiviz.functions.formula import TypedFormula
from optiviz.functions.plateau import Plateau
from optiviz.functions.rastrigin import Rastrigin
from optiviz.functions.rosenbrock import Rosenbrock

KINDS = registry.kinds("functions")
ALL = [cls() for cls in KINDS.values()]
CASES = [
    pytest.param(function, dim, id=f"{function.kind}-{dim}")
    for function in (*ALL, Ellipsoid(condition=1e6), Rastrigin(amplitude=3), Plateau(radius=8))
    for dim in (1, 2, 3, 10)
    if dim in function.dims
]
NAMED = (
    "sphere ellipsoid rosenbrock himmelblau rastrigin ackley griewank schwefel levy beale booth "
    "matyas three_hump_camel six_hump_camel goldstein_price easom styblinski_tang saddle plateau "
    "formula"
)


def points(function: Function, dim: int, n: int = 60) -> np.ndarray:
    low, high = function.domain
    return np.random.default_rng(dim).uniform(low, high, (n, dim))


def test_all_that_were_promised_are_there():
    assert set(NAMED.split()) == set(KINDS)


# ---- Values --------------------------------------------------------------------------------------
# One point at a time, with Python's own numbers (complex ones for slopes), as a book has them.


def _product(factors):
    return reduce(lambda a, b: a * b, factors, 1)


def _levy(x):
    w = [1 + (v - 1) / 4 for v in x]
    inner = sum((v - 1) ** 2 * (1 + 10 * cmath.sin(cmath.pi * v + 1) ** 2) for v in w[:-1])
    last = (w[-1] - 1) ** 2 * (1 + cmath.sin(2 * cmath.pi * w[-1]) ** 2)
    return cmath.sin(cmath.pi * w[0]) ** 2 + inner + last


def _magnitude(v):
    return v if v.real >= 0 else -v


def _goldstein_price(x, y):
    one = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    two = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return one * (30 + (2 * x - 3 * y) ** 2 * two)


TAU = 2 * cmath.pi
BOOK = {
    "sphere": lambda *x: sum(v**2 for v in x),
    "ellipsoid": lambda *x: sum(100 ** (i / max(1, len(x) - 1)) * v**2 for i, v in enumerate(x)),
    "rosenbrock": lambda *x: sum(
        100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in itertools.pairwise(x)
    ),
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "rastrigin": lambda *x: 10 * len(x) + sum(v**2 - 10 * cmath.cos(TAU * v) for v in x),
    "ackley": lambda *x: (
        -20 * cmath.exp(-0.2 * cmath.sqrt(sum(v**2 for v in x) / len(x)))
        - cmath.exp(sum(cmath.cos(TAU * v) for v in x) / len(x))
        + 20
        + math.e
    ),
    "griewank": lambda *x: (
        1
        + sum(v**2 for v in x) / 4000
        - _product(cmath.cos(v / math.sqrt(i)) for i, v in enumerate(x, 1))
    ),
    "schwefel": lambda *x: (
        418.98288727243374 * len(x) - sum(v * cmath.sin(cmath.sqrt(_magnitude(v))) for v in x)
    ),
    "levy": lambda *x: _levy(x),
    "beale": lambda x, y: (
        (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    ),
    "booth": lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    "matyas": lambda x, y: 0.26 * (x**2 + y**2) - 0.48 * x * y,
    "three_hump_camel": lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "six_hump_camel": lambda x, y: (
        (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (-4 + 4 * y**2) * y**2
    ),
    "goldstein_price": _goldstein_price,
    "easom": lambda x, y: (
        -cmath.cos(x) * cmath.cos(y) * cmath.exp(-((x - cmath.pi) ** 2) - (y - cmath.pi) ** 2)
    ),
    "styblinski_tang": lambda *x: sum(v**4 - 16 * v**2 + 5 * v for v in x) / 2,
    "saddle": lambda x, y: x**2 - y**2,
    "plateau": lambda *x: min(sum(v**2 for v in x) / 16, 1, key=lambda v: complex(v).real),
    "formula": lambda x, y: x**2 + 3 * y**2,
}
BY_BOOK = [
    pytest.param(function, dim, id=f"{function.kind}-{dim}")
    for function in ALL
    for dim in (1, 2, 3, 10)
    if dim in function.dims
]


@pytest.mark.parametrize(("function", "dim"), BY_BOOK)
def test_values_and_slopes_are_the_books(function, dim):
    """Slopes by the complex step (Squire & Trapp 1998), exact to the last digits."""
    X, book = points(function, dim), BOOK[function.kind]
    expected = [complex(book(*map(complex, x))).real for x in X]
    np.testing.assert_allclose(function.value(X), expected, rtol=1e-11, atol=1e-11)
    h = 1e-30
    slopes = np.empty_like(X)
    for row, x in enumerate(X):
        for i in range(dim):
            moved = [complex(v, h if i == j else 0.0) for j, v in enumerate(x)]
            slopes[row, i] = complex(book(*moved)).imag / h
    largest = max(1.0, np.abs(slopes).max())
    np.testing.assert_allclose(function.gradient(X), slopes, rtol=1e-10, atol=1e-13 * largest)


@pytest.mark.parametrize(
    ("kind", "x", "value"),
    [
        ("rosenbrock", (-1.2, 1.0), 24.2),
        ("rosenbrock", (0.0, 0.0, 0.0), 2.0),
        ("himmelblau", (0.0, 0.0), 170.0),
        ("rastrigin", (1.0, 1.0, 1.0), 3.0),
        ("ackley", (1.0, 1.0), 3.6253849384403627),
        ("schwefel", (0.0,) * 4, 4 * 418.9828872724338),
        ("beale", (0.0, 0.0), 14.203125),
        ("booth", (0.0, 0.0), 74.0),
        ("matyas", (10.0, -10.0), 100.0),
        ("goldstein_price", (1.0, 1.0), 1876.0),
        ("goldstein_price", (-0.6, -0.4), 30.0),  # a minimum that is not the lowest
        ("goldstein_price", (1.8, 0.2), 84.0),
        ("goldstein_price", (1.2, 0.8), 840.0),
        ("six_hump_camel", (1.0, 1.0), 97 / 30),
        ("plateau", (9.0, 9.0), 1.0),
        ("saddle", (0.0, 2.0), -4.0),
    ],
)
def test_published_values(kind, x, value):
    assert KINDS[kind]().value(np.array([x]))[0] == pytest.approx(value, rel=1e-12)


def test_rosenbrock_is_scipys():
    X = points(Rosenbrock(), 6)
    np.testing.assert_allclose(Rosenbrock().value(X), optimize.rosen(X.T), rtol=1e-12)
    slopes = [optimize.rosen_der(x) for x in X]
    np.testing.assert_allclose(Rosenbrock().gradient(X), slopes, rtol=1e-10, atol=1e-10)


# ---- Minima --------------------------------------------------------------------------------------

UNKNOWN = ("formula", "saddle")


@pytest.mark.parametrize(("function", "dim"), CASES)
def test_the_known_minimum_is_one(function, dim):
    """The value is right, the slope is zero there, and nothing in the domain is lower."""
    known = function.minimum(dim)
    if known is None:
        assert function.kind in UNKNOWN
        return
    low, high = function.domain
    assert known.points.shape[1] == dim
    assert ((known.points >= low) & (known.points <= high)).all()
    assert len(np.unique(known.points.round(3), axis=0)) == len(known.points)
    # What rounding leaves of sums of large terms that cancel.
    scale = {"schwefel": 1e-12, "goldstein_price": 1e-12}.get(function.kind, 1e-13) * 1000 * dim
    np.testing.assert_allclose(function.value(known.points), known.value, rtol=1e-14, atol=scale)
    np.testing.assert_allclose(function.gradient(known.points), 0, atol=2e-6 if dim > 5 else 1e-7)
    everywhere = points(function, dim, 4000)
    shares = np.random.default_rng(1).uniform(0, 1, (4000, 1)) ** 4  # and ever nearer
    near = known.points[0] + shares * (everywhere - known.points[0])
    for X in (everywhere, near):
        assert function.value(X).min() >= known.value - scale


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in UNKNOWN])
def test_no_other_point_is_as_low(kind):
    """From many starts, scipy's descents end at the published points or higher up."""
    function = KINDS[kind]()
    known = function.minimum(2)
    starts = points(function, 2, 40)
    reach = function.domain[1] - function.domain[0]
    lowest = []
    for start in starts:
        found = optimize.minimize(
            lambda x: float(function.value(x[None])[0]),
            start,
            jac=lambda x: function.gradient(x[None])[0],
            bounds=[function.domain] * 2,
        )
        assert found.fun >= known.value - 1e-6
        if found.fun < known.value + 1e-9:
            lowest.append(np.abs(known.points - found.x).max(axis=1).min() / reach)
    assert all(off < 1e-3 for off in lowest)
    if kind == "himmelblau":
        assert len(lowest) == len(starts)


def test_schwefel_goes_on_downwards_outside():
    """Its known minimum is one of the usual domain; the file says so."""
    assert KINDS["schwefel"]().value(np.array([[5000.0, 5000.0]]))[0] < 0


# ---- What the classes promise --------------------------------------------------------------------


@pytest.mark.parametrize("function", ALL, ids=lambda function: function.kind)
def test_what_people_read_of_it(function):
    assert function.label
    assert function.group in Function.groups
    assert function.written()
    assert function.source or function.kind == "formula"
    assert type(function).__doc__
    low, high = function.domain
    assert low < high
    assert type(function).from_dict(function.to_dict()) == function


@pytest.mark.parametrize(("function", "dim"), CASES)
def test_rows_have_the_bits_they_have_alone(function, dim):
    """Candidates are scored in groups whose size depends on the clock."""
    X = points(function, dim, 67)
    together = function.value(X)
    assert b"".join(function.value(x[None]).tobytes() for x in X) == together.tobytes()
    assert function.value(X[::3]).tobytes() == together[::3].tobytes()
    assert function.value(np.asfortranarray(X)).tobytes() == together.tobytes()
    assert function.value(X[:0]).shape == (0,)


def test_settings_change_the_function_and_its_name():
    assert Rastrigin(amplitude=3).title == "Rastrigin (amplitude 3)"
    assert "1e+06" in Ellipsoid(condition=1e6).written()
    X = np.array([[1.0, 1.0]])
    assert Ellipsoid(condition=1e6).value(X)[0] == pytest.approx(1e6 + 1)
    assert Plateau(radius=1.5).gradient(X).any()
    assert not Plateau(radius=1.4).gradient(X).any()


def test_a_typed_formula_is_checked_at_its_field():
    function = TypedFormula(formula="2xy + y^2", low=-1, high=3)
    assert function.domain == (-1, 3)
    assert function.title == function.written() == "2xy + y^2"
    assert function.value(np.array([[2.0, 3.0]]))[0] == 21
    np.testing.assert_array_equal(function.gradient(np.array([[2.0, 3.0]])), [[6, 10]])
    with pytest.raises(SpecError) as caught:
        TypedFormula(formula="x + z", low=3, high=3)
    assert [mistake.path for mistake in caught.value.mistakes] == ["high", "formula"]
