"""Iris flowers: 150 rows of 4 measures, 3 kinds."""

from typing import Annotated, Any, ClassVar

from optiviz.datasets import ShippedTable, some_of


class Iris(ShippedTable):
    """Length and width of sepals and petals of 50 flowers each of three kinds of iris.

    Setosa stands apart; the other two overlap a little.
    """

    kind = "iris"
    label = "Iris flowers"
    group = "Shipped tables"
    source = (
        'Fisher (1936), "The use of multiple measurements in taxonomic problems", '
        "Annals of Eugenics 7; scikit-learn's load_iris"
    )
    class_rows: ClassVar[tuple[int, ...]] = (50, 50, 50)
    n_features: ClassVar[int] = 4

    n_samples: Annotated[int | None, some_of(150)] = None

    def bunch(self) -> Any:
        """Read the table."""
        from sklearn.datasets import load_iris

        return load_iris()
