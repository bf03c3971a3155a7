"""Diabetes: 442 rows of 10 measures, and how far the disease went within a year."""

from typing import Annotated

import numpy as np

from optiviz.datasets import (
    Array,
    DataSeed,
    Regression,
    Standardize,
    StandardizeTarget,
    some_of,
)
from optiviz.engine.parameters import Param

_ROWS = 442


class Diabetes(Regression):
    """Age, sex, body mass, blood pressure and six blood values of patients, as measured.

    The target is a measure of how far the disease went within a year, from 25 to 346. Unlike
    scikit-learn's own scaling, `standardize` looks at the training rows alone.
    """

    kind = "diabetes"
    label = "Diabetes patients"
    group = "Shipped tables"
    source = (
        'Efron, Hastie, Johnstone & Tibshirani (2004), "Least angle regression", '
        "Annals of Statistics 32; scikit-learn's load_diabetes(scaled=False)"
    )
    target_name = "disease progression"

    standardize: Standardize = True
    standardize_target: StandardizeTarget = True
    n_samples: Annotated[int | None, some_of(_ROWS)] = None
    noise: Annotated[
        float,
        Param(
            "Deviation of normal noise added to the target, as a multiple of its own deviation.",
            ge=0,
            le=1e6,
        ),
    ] = 0.0
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows and features, and no classes."""
        return self.n_samples or _ROWS, 10, 0

    def table(self) -> tuple[Array, Array]:
        """Make the rows: all as they come, or some drawn at random."""
        from sklearn.datasets import load_diabetes

        X, y = load_diabetes(return_X_y=True, scaled=False)
        deviation = y.std()
        generator = np.random.default_rng(self.random_state)
        if self.n_samples is not None:
            rows = generator.permutation(_ROWS)[: self.n_samples]
            X, y = X[rows], y[rows]
        return X, y + self.noise * deviation * generator.standard_normal(len(y))

    def feature_names(self) -> tuple[str, ...]:
        """Return what was measured."""
        blood = ("total cholesterol", "LDL", "HDL", "cholesterol / HDL", "log triglycerides")
        return "age", "sex", "body mass index", "blood pressure", *blood, "blood sugar"
