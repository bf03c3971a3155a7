"""A Jupyter notebook as plain data: cells of words and of code, in format 4.5, without outputs."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MARKS = re.compile(r"([\\`*_{}\[\]<>#$|~])")


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    text : str
    code : bool
        Python, or else Markdown.
    folded : bool
        Its text is only seen when it is asked for.
    """

    text: str
    code: bool = True
    folded: bool = False


def words(*paragraphs: str) -> Cell:
    """Return a cell of Markdown."""
    return Cell("\n\n".join(paragraphs), code=False)


def plain(text: str) -> str:
    """Return text in which nothing is a mark of Markdown, or of HTML inside it."""
    return _MARKS.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")


def notebook(cells: list[Cell]) -> str:
    """Return a notebook as text; the same cells give the same text."""
    data = {
        "cells": list(_cells(cells)),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _cells(cells: list[Cell]) -> Iterator[dict[str, Any]]:
    for number, cell in enumerate(cells, 1):
        found: dict[str, Any] = {
            "cell_type": "code" if cell.code else "markdown",
            "id": f"cell-{number}",
            "metadata": {"jupyter": {"source_hidden": True}} if cell.folded else {},
            "source": cell.text.strip("\n").splitlines(keepends=True),
        }
        if cell.code:
            found |= {"execution_count": None, "outputs": []}
        yield found
