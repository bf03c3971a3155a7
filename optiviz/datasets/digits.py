"""Handwritten digits: 1,797 pictures of 8 x 8 pixels, 10 classes."""

from typing import Annotated, Any, ClassVar

from optiviz.datasets import ShippedTable, Standardize, some_of


class Digits(ShippedTable):
    """Pictures of the digits 0 to 9, each pixel from 0 to 16, row after row."""

    kind = "digits"
    label = "Handwritten digits"
    group = "Shipped tables"
    source = (
        "Alpaydin & Kaynak (1998), Optical recognition of handwritten digits (its test part), "
        "UCI Machine Learning Repository; scikit-learn's load_digits"
    )
    class_rows: ClassVar[tuple[int, ...]] = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
    n_features: ClassVar[int] = 64

    standardize: Standardize = True
    n_samples: Annotated[int | None, some_of(1797)] = None

    def bunch(self) -> Any:
        """Read the table."""
        from sklearn.datasets import load_digits

        return load_digits()
