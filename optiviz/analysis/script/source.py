"""Methods of a class as functions of their own, read from where they are written.

What such a method reads of its object is put in as numbers; helpers and constants of its file come
with it. Annotations and words are left out.
"""

import ast
import inspect
from types import ModuleType

from optiviz.analysis.script.pieces import NoScript, literal
from optiviz.engine.parameters import Parameters, fields

_PLAIN = ("math",)  # modules of Python's own that a script may import from


def functions_of(kind: Parameters, **names: str) -> dict[str, str]:
    """Return the lines of methods, and of all that they call, by the names that they define.

    Parameters
    ----------
    kind : Parameters
        Whose settings are put in.
    **names : str
        What each method is called as a function.

    Raises
    ------
    NoScript
        If the source isn't there, or reads what can't be written down.
    """
    return _Reading(kind, names).read()


class _Reading:
    def __init__(self, kind: Parameters, names: dict[str, str]) -> None:
        self._kind, self._names = kind, names
        self._numbers = {field.name: getattr(kind, field.name) for field in fields(type(kind))}
        self._made: dict[str, str] = {}
        self._trees: dict[str, ast.Module] = {}

    def read(self) -> dict[str, str]:
        for method in self._names:
            self._method(method)
        return self._made

    def _method(self, name: str) -> str:
        """Make a function of a method, and return what it is called."""
        called = self._names.get(name, name)
        if called in self._made:
            return called
        for cls in type(self._kind).__mro__:
            if name in vars(cls):
                break
        else:
            raise self._impossible(name)
        module = inspect.getmodule(cls)
        tree = self._tree(module)
        body = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == cls.__name__)
        found = [n for n in body.body if isinstance(n, ast.FunctionDef) and n.name == name]
        if not found or found[0].decorator_list or module is None:
            raise self._impossible(name)
        self._made[called] = ""  # of a method that calls itself
        lines = self._function(found[0], called, module)
        del self._made[called]
        self._made[called] = lines
        return called

    def _function(self, node: ast.FunctionDef, called: str, module: ModuleType) -> str:
        copied = ast.parse(ast.unparse(node)).body[0]
        assert isinstance(copied, ast.FunctionDef)
        copied = _Standalone(self).visit(copied)
        copied.name, copied.returns = called, None
        if ast.get_docstring(copied) is not None:
            del copied.body[0]
        for argument in copied.args.args:
            argument.annotation = None
        copied.args.args = [a for a in copied.args.args if a.arg != "self"]
        self._needs(copied, module)
        return ast.unparse(ast.fix_missing_locations(copied)) + "\n"

    def _needs(self, node: ast.AST, module: ModuleType) -> None:
        """Make what lines read of their module."""
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
                self._of_module(one.id, module)

    def _of_module(self, name: str, module: ModuleType) -> None:
        if name == "np" or name in self._made:
            return
        for node in self._tree(module).body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                self._made[name] = ""
                lines = self._function(node, name, module)
                del self._made[name]
                self._made[name] = lines
            elif isinstance(node, ast.Assign) and name in _targets(node):
                self._needs(node.value, module)
                self._made |= dict.fromkeys(sorted(_targets(node)), ast.unparse(node) + "\n")
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                if name not in {alias.asname or alias.name for alias in node.names}:
                    continue
                if node.module in _PLAIN:
                    self._made[name] = f"from {node.module} import {name}\n"
                else:
                    self._of_module(name, inspect.getmodule(getattr(module, name)) or module)

    def _tree(self, module: ModuleType | None) -> ast.Module:
        if module is None:
            raise self._impossible("code")
        if module.__name__ not in self._trees:
            try:
                self._trees[module.__name__] = ast.parse(inspect.getsource(module))
            except (OSError, TypeError):
                raise self._impossible("source") from None
        return self._trees[module.__name__]

    def setting(self, name: str) -> ast.expr:
        """Return a setting of the object as a number, or a method as a function's name."""
        if name in self._numbers:
            return ast.parse(literal(self._numbers[name]), mode="eval").body
        return ast.Name(self._method(name), ast.Load())

    def _impossible(self, name: str) -> NoScript:
        what = type(self._kind).__name__
        return NoScript(f"{what} can't be written as a script: its {name} isn't there to read.")


class _Standalone(ast.NodeTransformer):
    def __init__(self, reading: _Reading) -> None:
        self._reading = reading

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return self._reading.setting(node.attr)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], node.value)


def _targets(node: ast.Assign) -> set[str]:
    return {
        one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)
    }
