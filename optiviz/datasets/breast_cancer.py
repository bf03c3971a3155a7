"""Breast tumours: 569 rows of 30 measures, malignant or benign."""

from typing import Annotated, Any, ClassVar

from optiviz.datasets import ShippedTable, Standardize, some_of


class BreastCancer(ShippedTable):
    """Measures of cell nuclei in pictures of breast tumours; class 0 is malignant, 1 benign."""

    kind = "breast_cancer"
    label = "Breast tumours"
    group = "Shipped tables"
    source = (
        'Street, Wolberg & Mangasarian (1993), "Nuclear feature extraction for breast tumor '
        "diagnosis\", SPIE 1905; scikit-learn's load_breast_cancer"
    )
    class_rows: ClassVar[tuple[int, ...]] = (212, 357)
    n_features: ClassVar[int] = 30

    standardize: Standardize = True
    n_samples: Annotated[int | None, some_of(569)] = None

    def bunch(self) -> Any:
        """Read the table."""
        from sklearn.datasets import load_breast_cancer

        return load_breast_cancer()
