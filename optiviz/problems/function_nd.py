"""Find the lowest point of a function of any number of variables."""

from typing import Annotated

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Reading
from optiviz.functions import MOST, Function
from optiviz.functions.rosenbrock import Rosenbrock
from optiviz.problems import FunctionProblem


class FunctionND(FunctionProblem):
    """Minimise a function of n variables."""

    kind = "function_nd"
    label = "A function of n variables"

    function: Annotated[Function, Param("What is minimised.", label="Function")] = Rosenbrock()
    dimension: Annotated[
        int, Param("How many variables it has.", unit="variables", scale="log", ge=1, le=MOST)
    ] = 10

    @property
    def dim(self) -> int:
        """The number of variables."""
        return self.dimension

    @property
    def reading(self) -> Reading:
        """The value of the function; of another number of variables it is another function."""
        return Reading(f"value of {self.function.title} in {self.dim}-D")
