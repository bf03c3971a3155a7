"""Random clusters at the corners of a hypercube: scikit-learn's make_classification."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, FeatureCount, Labelled, Labels, RowCount
from optiviz.engine.parameters import Param


class Classification(Labelled):
    """Clusters of normal points about the corners of a hypercube, with features that don't help.

    After Guyon (2003), "Design of experiments for the NIPS 2003 variable selection benchmark", as
    scikit-learn's ``make_classification`` makes it.
    """

    kind = "classification"
    label = "Random clusters (make_classification)"
    group = "Clusters"
    source = "Guyon (2003), as scikit-learn's make_classification makes it"

    n_samples: RowCount = 1000
    n_features: FeatureCount = 5
    n_informative: Annotated[
        int, Param("Features that tell the classes apart.", label="Informative", ge=1, le=10_000)
    ] = 2
    n_redundant: Annotated[
        int,
        Param("Features mixed from informative ones.", label="Redundant", ge=0, le=10_000),
    ] = 1
    n_repeated: Annotated[
        int, Param("Features that are copies.", label="Repeated", ge=0, le=10_000, advanced=True)
    ] = 0
    n_classes: Annotated[int, Param("Classes.", label="Classes", ge=2, le=100)] = 2
    n_clusters_per_class: Annotated[
        int, Param("Clusters of each class.", label="Clusters per class", ge=1, le=1000)
    ] = 2
    weights: Annotated[
        tuple[float, ...] | None,
        Param(
            "Share of rows of each class; equal shares if left out.",
            label="Class shares",
            ge=0,
            le=1,
            max_length=100,
            unset="equal",
            advanced=True,
        ),
    ] = None
    flip_y: Annotated[
        float, Param("Share of rows whose class is drawn at random.", label="Noise", ge=0, le=1)
    ] = 0.01
    class_sep: Annotated[
        float, Param("How far apart the clusters are.", label="Separation", gt=0, le=1000)
    ] = 1.0
    hypercube: Annotated[
        bool, Param("Clusters at a hypercube's corners, else a polytope's.", advanced=True)
    ] = True
    shift: Annotated[
        float | None,
        Param(
            "Added to each feature; drawn if there is none.",
            ge=-1e6,
            le=1e6,
            unset="drawn",
            advanced=True,
        ),
    ] = 0.0
    scale: Annotated[
        float | None,
        Param(
            "Each feature times this; drawn if there is none.",
            gt=0,
            le=1e6,
            unset="drawn",
            advanced=True,
        ),
    ] = 1.0
    shuffle: Annotated[bool, Param("Shuffle rows and columns.", advanced=True)] = True
    random_state: DataSeed = 1

    def check(self) -> Iterator[tuple[str, str]]:
        """Check what make_classification asks of its parameters."""
        yield from super().check()
        useful = self.n_informative + self.n_redundant + self.n_repeated
        if useful > self.n_features:
            yield (
                "n_informative",
                f"informative, redundant and repeated features are {useful} together, "
                f"which is more than the {self.n_features} features",
            )
        clusters = self.n_classes * self.n_clusters_per_class
        if self.n_informative < 64 and clusters > 2**self.n_informative:
            yield (
                "n_clusters_per_class",
                f"{self.n_classes} classes of {self.n_clusters_per_class} clusters need "
                f"{clusters} corners, but {self.n_informative} informative features have only "
                f"{2**self.n_informative}",
            )
        if clusters > self.n_samples:
            yield "n_samples", f"must be at least {clusters}, one for each cluster"
        if self.weights is not None:
            if len(self.weights) not in (self.n_classes, self.n_classes - 1):
                yield "weights", f"must have a share for each of {self.n_classes} classes"
            elif sum(self.weights) > 1 + 1e-9:
                yield "weights", f"must not add up to more than 1, add up to {sum(self.weights):g}"

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, self.n_features, self.n_classes

    def rows_by_class(self) -> tuple[int, ...]:
        """Return nothing: shares and noise decide when the data are made."""
        return ()

    def table(self) -> tuple[Array, Labels]:
        """Make all rows."""
        from sklearn.datasets import make_classification

        X, y = make_classification(
            n_samples=self.n_samples,
            n_features=self.n_features,
            n_informative=self.n_informative,
            n_redundant=self.n_redundant,
            n_repeated=self.n_repeated,
            n_classes=self.n_classes,
            n_clusters_per_class=self.n_clusters_per_class,
            weights=None if self.weights is None else list(self.weights),
            flip_y=self.flip_y,
            class_sep=self.class_sep,
            hypercube=self.hypercube,
            shift=self.shift,
            scale=self.scale,
            shuffle=self.shuffle,
            random_state=self.random_state,
        )
        return X.astype(np.float64), y.astype(np.int64)
