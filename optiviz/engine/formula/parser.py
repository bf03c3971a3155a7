"""From text to a program, or to the sentence that says what would be right.

Imports the program, and of jets the names of functions. Every token is checked against a whitelist;
``ast`` then only decides which operator binds first, and Python evaluates nothing.
"""

import ast
import math
import re
from collections.abc import Iterator, Sequence

from optiviz.engine.formula.jets import OF_ONE, OF_TWO
from optiviz.engine.formula.program import Operation, Program, interpret

MAX_LENGTH = 200  # characters
MAX_DEPTH = 20  # operations, or parentheses, inside one another

_CONSTANTS = {"e": math.e, "pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau}
_ALIASES = {"acos": "arccos", "asin": "arcsin", "atan": "arctan", "ln": "log"}
_FUNCTIONS = {name: name for name in {*OF_ONE, "max", "min"} - {"-"}} | _ALIASES
_SIGNS = {"^": "**", "−": "-", "·": "*", "×": "*", "÷": "/"}
_SYMBOLS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TOKEN = re.compile(
    r"""\s+
    | (?P<odd> [0-9][0-9.]*_\w* | 0[bBoOxX][0-9]\w* )
    | (?P<number> (?: [0-9]+ (?:\.[0-9]*)? | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? )
    | (?P<word> [πτ] | [A-Za-z_][A-Za-z_0-9]* )
    | (?P<raised> ⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ )
    | (?P<operator> \*\* | [-+*/^−·×÷] )
    | (?P<open> \( ) | (?P<close> \) ) | (?P<comma> , )
    | (?P<strange> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class FormulaError(ValueError):
    """A formula that cannot be read; its text is one sentence that says what would be right."""


def parse(text: str, variables: Sequence[str]) -> Program:
    """Return the program of a formula in `variables`, or raise `FormulaError`."""
    for name in variables:
        if not re.fullmatch("[A-Za-z][A-Za-z_0-9]*", name) or name in _CONSTANTS | _FUNCTIONS:
            raise FormulaError(f"{name!r} cannot be the variable's name; x, t or w1 can.")
    if not 0 < len(set(variables)) == len(variables):
        raise FormulaError("A formula has one variable or more, each with a name of its own.")
    if not text.strip():
        raise FormulaError("The formula is empty; write one such as x^2 + 10*sin(x).")
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"The formula has {len(text)} characters; {MAX_LENGTH} is the most.")
    try:
        tree = ast.parse(_python(text, variables), mode="eval").body
        program = tuple(_postfix(tree, _stand_ins(variables)))
    except (SyntaxError, OverflowError, MemoryError, RecursionError):
        raise FormulaError("The formula cannot be read; write one such as x^2 + 1.") from None
    _, depth = interpret(program, lambda _: ("", 0), [("", 0)] * len(variables), _nest)
    if depth > MAX_DEPTH:
        raise FormulaError(f"Operations are nested {depth} deep; {MAX_DEPTH} is the most.")
    return program


def _nest(name: str, operands: list[tuple[str, int]]) -> tuple[str, int]:
    """Count operations inside one another, where a chain such as a + b - c counts once."""
    chain = "" if len(operands) == 1 else {"-": "+", "/": "*"}.get(name, name)
    (left, depth), *others = operands
    joined = chain == left and chain in {"+", "*"}
    return chain, max([depth + (not joined), *(other + 1 for _, other in others)])


def _stand_ins(variables: Sequence[str]) -> tuple[str, ...]:
    """Return what variables are called for Python, since their names may be words of its own."""
    return ("x", *(f"x{place}" for place in range(1, len(variables))))


def _python(text: str, variables: Sequence[str]) -> str:
    """Return the text in Python's notation, its tokens in a sound order, every ``*`` written."""
    python: list[str] = []
    before = "start"  # the kind of the token before
    divided = [False]  # for the text and each open parenthesis: is this term behind a "/"?
    variable = variables[0]
    for kind, token, where in _tokens(text, variables):
        complete = before in {"number", "name", "raised", "close"}  # an operand has just ended
        starts = kind in {"number", "name", "factor", "function", "open"}
        if before == "function" and kind != "open":
            raise FormulaError(f"Parentheses are missing before {where}, as in sin({variable}).")
        if before == "raised" and (kind == "raised" or token == "**"):
            raise FormulaError(f"Put parentheses around the power before {where}, as in (x²)^3.")
        if not (starts or complete or token in {"+", "-"}):
            names = ", ".join(variables)
            raise FormulaError(f"A number, {names} or a function is missing before {where}.")
        if starts and complete:
            if kind == "number":
                raise FormulaError(f"An operator such as + or * is missing before {where}.")
            power = python[-2:-1] == ["**"] or python[-3:-1] == ["**", "-"]
            unclear = kind == "factor" or (before, kind) == ("number", "name")
            if divided[-1] or (power and unclear):
                raise FormulaError(
                    f"Write the * before {where}, and parentheses where they are meant, "
                    "since 1/2x and e^2x can be read in two ways."
                )
            python.append("*")
        if kind == "open":
            divided.append(False)
            if len(divided) > MAX_DEPTH + 1:
                raise FormulaError(f"Parentheses are nested too deep; {MAX_DEPTH} is the most.")
        elif kind == "close":
            divided.pop()
            if not divided:
                raise FormulaError(f"{where} closes a parenthesis that was never opened.")
        elif kind == "comma" or (complete and token in {"+", "-", "*", "/"}):
            divided[-1] = token == "/"
        python.append(token)
        before = "name" if kind == "factor" else kind
    if len(divided) > 1:
        raise FormulaError("A ')' is missing at the end.")
    return " ".join(python)


def _tokens(text: str, variables: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each token's kind, its text for Python (every number a float) and where it stands."""
    known = dict(zip(variables, _stand_ins(variables), strict=True))
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found.group()
        where = f"{token!r} at character {found.start() + 1}"
        match kind:
            case "number":
                yield kind, _literal(float(token)), where
            case "word" if token in known:
                yield "name", known[token], where
            case "word" if token in _CONSTANTS:
                yield "name", _literal(_CONSTANTS[token]), where
            case "word" if token in _FUNCTIONS:
                yield "function", _FUNCTIONS[token], where
            case "word" if len(known) > 1 and set(token) <= known.keys():  # xy is x times y
                for i, letter in enumerate(token):
                    yield "factor" if i else "name", known[letter], where
            case "word":
                raise FormulaError(
                    f"{where} is not known; {_named(variables)}, the constants are e, pi "
                    f"and tau, and the functions are {', '.join(sorted(_FUNCTIONS))}."
                )
            case "raised":
                yield kind, f"** ({_literal(float(token.translate(_RAISED)))})", where
            case "operator" | "open" | "close" | "comma":
                yield kind, _SIGNS.get(token, token), where
            case "odd":
                raise FormulaError(f"{where} is not a plain number such as 1000, 0.5 or 1e-3.")
            case "strange":
                raise FormulaError(
                    f"{where} has no place in a formula, which is made of numbers, "
                    f"{', '.join(variables)}, "
                    "+ - * / ^, parentheses and functions."
                )
    yield "end", "", "the end"


def _named(variables: Sequence[str]) -> str:
    """Say what the variables are."""
    if len(variables) == 1:
        return f"the variable is {variables[0]}"
    return f"the variables are {', '.join(variables[:-1])} and {variables[-1]}"


def _literal(number: float) -> str:
    return repr(number) if math.isfinite(number) else "1e999"  # which Python reads as infinity


def _postfix(node: ast.expr, names: Sequence[str] = ("x",)) -> Iterator[float | Operation]:
    """Yield the program of a syntax tree, operands first; what is not listed here is refused."""
    match node:
        case ast.Constant(value=float(number)):
            yield number
        case ast.Name(id=name) if name in names:
            yield Operation(str(names.index(name)), 0)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            yield from _postfix(operand, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield from _postfix(operand, names)
            yield Operation("-", 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SYMBOLS:
            yield from _postfix(left, names)
            yield from _postfix(right, names)
            yield Operation(_SYMBOLS[type(op)], 2)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            if (len(args) > 1) != (name in OF_TWO):
                count = "two or more numbers" if name in OF_TWO else "one number"
                raise FormulaError(
                    f"{name} takes {count}, not {len(args)}; decimals have a point, as in 1.5."
                )
            for argument in args:
                yield from _postfix(argument, names)
            yield Operation(name, len(args))
        case ast.Tuple():
            raise FormulaError("Only arguments of max and min have commas; write 1.5 for 1,5.")
        case _:
            raise FormulaError("Only numbers, variables, + - * / ^ and functions can be read.")
