"""Find the lowest point of a function of two variables, known or typed."""

from typing import Annotated

from optiviz.engine.parameters import Param
from optiviz.functions import Function
from optiviz.functions.himmelblau import Himmelblau
from optiviz.problems import FunctionProblem


class Function2D(FunctionProblem):
    """Minimise a function of x and y."""

    kind = "function_2d"
    label = "A function of x and y"

    function: Annotated[Function, Param("What is minimised.", label="Function")] = Himmelblau()

    @property
    def dim(self) -> int:
        """Two."""
        return 2
