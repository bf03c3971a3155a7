"""A table of the user's own, from a file."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from numpy.typing import NDArray

from optiviz.datasets import (
    Array,
    Data,
    Dataset,
    Labelled,
    Labels,
    Regression,
    Standardize,
    StandardizeTarget,
    Targets,
)
from optiviz.engine.own import NamesFiles
from optiviz.engine.parameters import Mistake, Param, SpecError
from optiviz.engine.wording import counted, one_line, told_apart
from optiviz.tables import MOST_COLUMNS, TableError, contents
from optiviz.tables.choices import TaskName
from optiviz.tables.encodings import ENCODINGS, EncodingName
from optiviz.tables.files import content_of
from optiviz.tables.formats import DelimiterName
from optiviz.tables.known import Summary, Wanted, chosen_of, summary_of
from optiviz.tables.numbers import DecimalName

DELIMITERS = {
    "comma": "comma ,",
    "semicolon": "semicolon ;",
    "tab": "tab",
    "bar": "bar |",
    "space": "space",
}
DECIMALS = {"point": "point 1.5", "comma": "comma 1,5"}
TASKS = {"classes": "a class", "numbers": "a number"}
_AS_FOUND = "as found in the table"

_NAMED = 6  # classes in a caption
_LONGEST = 60  # characters of a name there

# What is shown until a file is chosen, and what the kind is tried with: three sorts of seeds.
_SAMPLE_NAME = "sample.csv"
_SAMPLE = b"""\
length,width,weight,sort
5.1,3.5,0.9,barley
4.9,3.0,0.8,barley
4.7,3.2,0.7,barley
5.0,3.6,0.9,barley
5.4,3.9,1.1,barley
4.6,3.4,0.8,barley
5.2,3.1,0.9,barley
4.8,3.3,0.7,barley
6.4,2.2,1.5,oats
6.9,2.1,1.4,oats
6.1,2.6,1.3,oats
6.6,2.3,1.6,oats
6.2,2.4,1.2,oats
5.9,2.5,1.4,oats
6.7,2.0,1.5,oats
6.3,2.7,1.6,oats
7.3,4.1,2.4,wheat
7.7,4.4,2.6,wheat
7.1,4.0,2.1,wheat
6.8,4.2,2.3,wheat
7.6,3.9,2.5,wheat
7.2,4.5,2.2,wheat
7.9,4.3,2.7,wheat
7.0,3.8,2.4,wheat
"""
_SAMPLE_SHA = contents.put(_SAMPLE)


class Csv(Labelled, Regression, NamesFiles):
    """A table of the user's own: each row has a class, or a number to predict.

    What is in it is known by its SHA-256 alone, so that a spec makes nobody read a file. How it is
    written and what is learned from it is found in it where it isn't said.
    """

    kind = "csv"
    label = "Your table"
    group = "Your own"
    source = "Whoever made the table"

    file: Annotated[
        str,
        Param("What its file is called, for people.", label="File", max_length=255, advanced=True),
    ] = ""
    content: Annotated[
        str,
        Param(
            "SHA-256 of the table, under which it comes along with runs.",
            max_length=64,
            advanced=True,
        ),
    ] = ""
    encoding: Annotated[
        EncodingName | None,
        Param("How its characters are written.", choices=ENCODINGS, unset=_AS_FOUND, advanced=True),
    ] = None
    delimiter: Annotated[
        DelimiterName | None,
        Param("What separates columns.", choices=DELIMITERS, unset=_AS_FOUND, advanced=True),
    ] = None
    header: Annotated[
        bool | None,
        Param("The first row says what the columns are called.", unset=_AS_FOUND, advanced=True),
    ] = None
    decimal: Annotated[
        DecimalName | None,
        Param("What stands before decimals.", choices=DECIMALS, unset=_AS_FOUND, advanced=True),
    ] = None
    target: Annotated[
        str | None,
        Param("The column that is to be said of each row.", unset="the last", advanced=True),
    ] = None
    features: Annotated[
        tuple[str, ...],
        Param(
            "The columns that are learned from; all others with numbers if left out.",
            max_length=MOST_COLUMNS,
            advanced=True,
        ),
    ] = ()
    task: Annotated[
        TaskName | None,
        Param(
            "What the target is. If left out, a class for texts and for at most ten whole numbers.",
            label="Target is",
            choices=TASKS,
            unset=_AS_FOUND,
            advanced=True,
        ),
    ] = None
    standardize: Standardize = True
    standardize_target: StandardizeTarget = True

    def __post_init__(self) -> None:
        """Say all that was found, so that whoever reads the settings later finds the same."""
        super().__post_init__()
        about = self.about()
        for name in ("encoding", "delimiter", "header", "decimal"):
            object.__setattr__(self, name, getattr(about.format, name))
        object.__setattr__(self, "target", about.target_name)
        object.__setattr__(self, "task", about.task)

    @classmethod
    def take_in(cls, data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Read the file that settings of the user's own name, in place of its content.

        Raises
        ------
        SpecError
            With one sentence that names the file.
        """
        data = dict(data)
        name = data.get("file")
        if isinstance(name, str) and name and not data.get("content"):
            try:
                data["content"] = contents.put(content_of(folder / name))
            except TableError as error:
                raise SpecError([Mistake("file", str(error))]) from None
            data["file"] = Path(name).name
        return data

    def check(self) -> Iterator[tuple[str, str]]:
        """Ask for a table that can be read, with rows that can be used."""
        if self.file and not self.content:
            yield (
                "content",
                f"of {self.name} only the name is known: in a spec of your own the file lies "
                "beside the spec; otherwise choose the file (Dataset, Your table)",
            )
            return
        try:
            about = self.about()
        except TableError as error:
            yield error.field, f"{self.name}: {error}" if error.field == "content" else str(error)
            return
        if about.n_rows < 2:
            rows = "one row alone" if about.n_rows else "no row"
            why = f": {about.why_left_out}" if about.why_left_out else ""
            yield "features", f"{rows} can be used, and at least 2 are needed{why}"
        elif about.task == "classes" and sum(n > 0 for n in about.rows_by_class) < 2:
            yield (
                "target",
                f"has one class alone in the rows that can be used; choose another column than "
                f'"{about.target_name}"',
            )
        else:
            yield from super().check() if about.task == "classes" else Dataset.check(self)

    @property
    def name(self) -> str:
        """What its file is called, on one line."""
        return one_line(self.file) or _SAMPLE_NAME

    def caption(self) -> str:
        """Say what is learned from the table, and what of it isn't."""
        about = self.about()
        names, target = about.class_names, _short(about.target_name)
        if about.task == "classes":
            listed = ", ".join(map(_short, names[:_NAMED])) + ", …" * (len(names) > _NAMED)
            goal = f"{target}, one of {counted(len(names), 'class', 'classes')} ({listed})"
        else:
            goal = f"{target}, a number"
        rows, features = counted(about.n_rows, "row"), counted(len(about.feature_names), "feature")
        said = f"The table {_short(self.name)} has {rows} of {features}; the target is {goal}."
        if about.n_left_out:
            left = counted(about.n_left_out, "row was", "rows were")
            said += f" {left} left out; the first is {about.why_left_out}."
        return said

    @property
    def wanted(self) -> Wanted:
        """What is asked of the table."""
        return Wanted(
            self.content or _SAMPLE_SHA,
            self.encoding,
            self.delimiter,
            self.header,
            self.decimal,
            self.target,
            self.features,
            self.task,
        )

    def about(self) -> Summary:
        """Return what is said of the table.

        Raises
        ------
        TableError
        """
        return summary_of(self.wanted)

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        about = self.about()
        return about.n_rows, len(about.feature_names), len(about.class_names)

    def rows_by_class(self) -> tuple[int, ...]:
        """Return how many rows each class has, those without any left out."""
        return tuple(n for n in self.about().rows_by_class if n)

    def table(self) -> tuple[Array, Targets]:
        """Return the rows that can be used."""
        made = chosen_of(self.wanted)
        return made.X(), made.y()

    def feature_names(self) -> tuple[str, ...]:
        """Return the table's own names."""
        return tuple(told_apart(self.about().feature_names))

    def class_names(self) -> tuple[str, ...]:
        """Return the table's own names."""
        return tuple(told_apart(one_line(name) or "?" for name in self.about().class_names))

    def _split(self, X: Array, y: Targets, strata: Labels | None = None) -> list[NDArray[Any]]:
        if self.task == "numbers":
            return Dataset._split(self, X, y)
        return super()._split(X, y, strata)

    def _load(self) -> Data:
        name = str(self.target)
        if self.task == "classes":
            data = Dataset._load(self)
        else:
            data = Regression._load(self)
            name += " (standardized)" * self.standardize_target
        # Units that are left out of names may have told columns apart.
        return replace(data, target_name=name, feature_names=tuple(told_apart(data.feature_names)))


def _short(name: str) -> str:
    name = one_line(name)
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
