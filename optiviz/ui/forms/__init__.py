"""Forms that follow from typed parameters: declared once in the engine, shown here.

Imports the engine and the shared colours; knows no dataset, network or algorithm by name.
"""

from optiviz.ui.forms.bands import RateBand
from optiviz.ui.forms.buttons import IconButton
from optiviz.ui.forms.control import Control
from optiviz.ui.forms.controls import ChoiceControl, OptionalControl, control_for, is_seed
from optiviz.ui.forms.form import ParametersForm
from optiviz.ui.forms.kinds import KindForm, about
from optiviz.ui.forms.labels import MistakeNote, Note
from optiviz.ui.forms.numbers import LogControl, NumberControl, numbers
from optiviz.ui.forms.panel import Panel
from optiviz.ui.forms.rows import LinedUp, Row, RowBox
from optiviz.ui.forms.words import below, number_text, spoken

__all__ = [
    "ChoiceControl",
    "Control",
    "IconButton",
    "KindForm",
    "LinedUp",
    "LogControl",
    "MistakeNote",
    "Note",
    "NumberControl",
    "OptionalControl",
    "Panel",
    "ParametersForm",
    "RateBand",
    "Row",
    "RowBox",
    "about",
    "below",
    "control_for",
    "is_seed",
    "number_text",
    "numbers",
    "spoken",
]
