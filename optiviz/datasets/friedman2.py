"""Features of very different sizes, multiplied: scikit-learn's make_friedman2."""

from optiviz.datasets import (
    Array,
    DataSeed,
    Regression,
    RowCount,
    Standardize,
    StandardizeTarget,
    TargetNoise,
)


class Friedman2(Regression):
    """y = sqrt(x1^2 + (x2 x3 - 1 / (x2 x4))^2) + noise: the impedance of a circuit.

    x1 is uniform in 0 to 100, x2 in 40 pi to 560 pi, x3 in 0 to 1, and x4 in 1 to 11. The target
    goes up to about 1,700.
    """

    kind = "friedman2"
    label = "Impedance of a circuit (Friedman 2)"
    group = "Regression"
    source = (
        'Friedman (1991), "Multivariate adaptive regression splines", Annals of Statistics 19; '
        'Breiman (1996), "Bagging predictors"; as scikit-learn\'s make_friedman2 makes it'
    )

    standardize: Standardize = True
    standardize_target: StandardizeTarget = True
    n_samples: RowCount = 500
    noise: TargetNoise = 125.0
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows and features, and no classes."""
        return self.n_samples, 4, 0

    def table(self) -> tuple[Array, Array]:
        """Make all rows."""
        from sklearn.datasets import make_friedman2

        X, y = make_friedman2(
            n_samples=self.n_samples, noise=self.noise, random_state=self.random_state
        )
        return X, y

    def feature_names(self) -> tuple[str, ...]:
        """Return what each is in the circuit."""
        return "resistance", "angular frequency", "inductance", "capacitance"
