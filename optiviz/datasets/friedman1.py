"""Five features that count and some that don't: scikit-learn's make_friedman1."""

from typing import Annotated

from optiviz.datasets import (
    Array,
    DataSeed,
    Regression,
    RowCount,
    StandardizeTarget,
    TargetNoise,
)
from optiviz.engine.parameters import Param


class Friedman1(Regression):
    """y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5 + noise, x uniform in 0 to 1."""

    kind = "friedman1"
    label = "Five of many features (Friedman 1)"
    group = "Regression"
    source = (
        'Friedman (1991), "Multivariate adaptive regression splines", Annals of Statistics 19; '
        'Breiman (1996), "Bagging predictors"; as scikit-learn\'s make_friedman1 makes it'
    )

    standardize_target: StandardizeTarget = True
    n_samples: RowCount = 500
    n_features: Annotated[
        int,
        Param("Columns; those from the sixth on don't count.", label="Features", ge=5, le=10_000),
    ] = 10
    noise: TargetNoise = 1.0
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows and features, and no classes."""
        return self.n_samples, self.n_features, 0

    def table(self) -> tuple[Array, Array]:
        """Make all rows."""
        from sklearn.datasets import make_friedman1

        X, y = make_friedman1(
            n_samples=self.n_samples,
            n_features=self.n_features,
            noise=self.noise,
            random_state=self.random_state,
        )
        return X, y
