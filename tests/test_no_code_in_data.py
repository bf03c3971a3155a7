"""Nothing that is read can run anything: no pickle, no eval, no other way in."""

from __future__ import annotations

import ast
from pathlib import Path

import optiviz

ROOT = Path(optiviz.__file__).parent
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "yaml"}
MODULES |= {"jsonpickle", "copyreg", "code", "codeop"}
CALLS = {"eval", "exec", "compile", "execfile"}
# Our own lines of an algorithm (its settings are their variables), and a plug-in after asking.
RUN_CODE = {"analysis/listings/program.py", "engine/plugins.py"}
LOADS = {"joblib.load", "np.load", "numpy.load", "np.lib.format.read_array", "torch.load"}


def test_no_pickle_and_no_eval_anywhere():
    """Processes of a study get plain data of specs and give records; joblib's loky and Dask pickle
    these between processes of ours alone, and nothing of it is ever in a file."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found += [(name, a.name) for a in node.names if a.name.split(".")[0] in MODULES]
            elif isinstance(node, ast.ImportFrom):
                module = (node.module or "").split(".")[0]
                found += [(name, module)] * (module in MODULES and node.level == 0)
            elif isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in LOADS or (called in CALLS and name not in RUN_CODE):
                    found.append((name, called))
                found += [
                    (name, "allow_pickle")
                    for keyword in node.keywords
                    if keyword.arg == "allow_pickle"
                    and not (
                        isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                    )
                ]
    assert found == []


def test_pages_escape_by_themselves():
    from optiviz.reports.html.page import POLICY, environment

    assert environment().autoescape is True
    made = environment().from_string("{{ name }}").render(name="<b>&\"'")
    assert not set(made) & set("<>\"'")
    for path in sorted((ROOT / "reports").rglob("*.j2")):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", ""), path
        assert "autoescape" not in text, path
        assert "<script" not in text, path
    assert POLICY.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'; ")
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markup":
                assert all(isinstance(arg, ast.Constant) for arg in node.args), path


def test_every_table_that_is_written_for_a_spreadsheet_neutralises_text():
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "csv.writer(" in text or "csv.DictWriter(" in text:
            assert "safe_cell" in text, path
        if "clipboard().setText(" in text and '"\\t".join' in text:
            raise AssertionError(f"{path}: reports.tables.tabbed writes what is pasted")
