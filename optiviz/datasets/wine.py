"""Wine: 178 rows of 13 measures, 3 growers."""

from typing import Annotated, Any, ClassVar

from optiviz.datasets import ShippedTable, Standardize, some_of


class Wine(ShippedTable):
    """Chemical measures of wines of three growers of one region of Italy."""

    kind = "wine"
    label = "Wines"
    group = "Shipped tables"
    source = (
        "Aeberhard, Coomans & de Vel (1992), after Forina et al. (1988), PARVUS; "
        "UCI Machine Learning Repository; scikit-learn's load_wine"
    )
    class_rows: ClassVar[tuple[int, ...]] = (59, 71, 48)
    n_features: ClassVar[int] = 13

    standardize: Standardize = True
    n_samples: Annotated[int | None, some_of(178)] = None

    def bunch(self) -> Any:
        """Read the table."""
        from sklearn.datasets import load_wine

        return load_wine()
