"""Problems of functions, as lines that need numpy alone."""

from optiviz.analysis.script.pieces import literal, names_read
from optiviz.analysis.script.source import functions_of
from optiviz.engine.formula import Formula
from optiviz.functions.formula import TypedFormula
from optiviz.problems import FunctionProblem
from optiviz.problems.function_1d import Function1D
from optiviz.problems.one_parameter_regression import OneParameterRegression

_OF_POINTS = {
    "f": '''\
def f(x):
    """Return the value at a point, or at each row of a matrix."""
    found = values_at(np.atleast_2d(x).T)
    return found if x.ndim == 2 else found[0]
''',
    "gradient": '''\
def gradient(x):
    """Return the slope at a point."""
    return slopes_at(x[:, None])[:, 0]
''',
}
# Nocedal & Wright (2006), eq. 8.8
HESSIAN = '''\
def hessian(x):
    """Return the second derivatives, by central differences of the gradient."""
    rows = []
    for i, width in enumerate(np.finfo(float).eps ** (1 / 3) * np.maximum(1, np.abs(x))):
        below, above = x.copy(), x.copy()
        below[i] -= width
        above[i] += width
        rows.append((gradient(above) - gradient(below)) / (above[i] - below[i]))
    return (np.array(rows) + np.array(rows).T) / 2
'''


def of_function(problem: FunctionProblem) -> dict[str, str]:
    """Return the pieces of a function of several variables."""
    function = problem.function
    if isinstance(function, TypedFormula):
        pieces = _formula(function.parsed)
    else:
        pieces = functions_of(function, f="values_at", df="slopes_at")
    return pieces | _OF_POINTS | {"hessian": HESSIAN, "sample": _sample(*problem.domain)}


def of_function_1d(problem: Function1D) -> dict[str, str]:
    """Return the pieces of a formula in x."""
    pieces = _formula(problem.function) | _OF_POINTS
    return pieces | {"hessian": HESSIAN, "sample": _sample(problem.low, problem.high)}


def _formula(formula: Formula) -> dict[str, str]:
    names = formula.variables
    columns = ", ".join(names) if len(names) > 1 else f"({names[0]},)"
    value, *slopes = (
        text if names_read(text) & set(names) else f"{text} + 0 * {names[0]}"
        for text in (formula.python(), *formula.slopes_in_python())
    )
    return {
        "values_at": (
            f"def values_at(columns):\n"
            f'    """Return {formula.text.replace(chr(34), "")} at each column."""\n'
            f"    {columns} = columns\n"
            f"    return {value}\n"
        ),
        "slopes_at": (
            f"def slopes_at(columns):\n"
            f'    """Return the derivative by each variable, as rows."""\n'
            f"    {columns} = columns\n"
            f"    return np.array([{', '.join(slopes)}])\n"
        ),
    }


def _sample(low: float, high: float) -> str:
    return f'''\
def sample(purpose, start, n):
    """Return points drawn evenly from where the function is looked at, one in a row."""
    return {literal(low)} + {literal(high - low)} * uniform_rows(purpose, start, n, DIM)
'''


def of_line(problem: OneParameterRegression) -> dict[str, str]:
    """Return the pieces of a line through rows."""
    inputs, targets = problem.rows
    return {
        "INPUTS": f"INPUTS = {literal(inputs)}\n",
        "TARGETS": f"TARGETS = {literal(targets)}\n",
        "n_rows": f"n_rows = {len(inputs)}\n",
        "errors_of": '''\
def errors_of(x, rows):
    """Return by how much the line is off, in each row."""
    return x * INPUTS[rows] - TARGETS[rows]
''',
        "f": '''\
def f(x, rows=slice(None)):
    """Return the mean squared error of a slope, or of each row of a matrix."""
    return np.mean(errors_of(x, rows) ** 2, axis=-1)
''',
        "gradient": '''\
def gradient(x, rows=slice(None)):
    """Return the derivative of the mean squared error."""
    return np.array([2 * np.mean(errors_of(x, rows) * INPUTS[rows])])
''',
        "hessian": '''\
def hessian(x):
    """Return the second derivative, which is the same everywhere."""
    return np.array([[2 * np.mean(INPUTS**2)]])
''',
        "sample": _sample(problem.low, problem.high),
    }
