"""Round clusters, one for each class: scikit-learn's make_blobs."""

from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, FeatureCount, Labelled, Labels, RowCount
from optiviz.engine.parameters import Param


class Blobs(Labelled):
    """A normal cloud for each class, about a centre that is drawn in a cube."""

    kind = "blobs"
    label = "Round clusters (blobs)"
    group = "Clusters"
    source = "scikit-learn's make_blobs (Pedregosa et al. 2011)"

    n_samples: RowCount = 300
    n_features: FeatureCount = 2
    n_classes: Annotated[int, Param("Clusters, a class each.", label="Classes", ge=2, le=100)] = 3
    half_width: Annotated[
        float,
        Param(
            "Centres are drawn between minus this and this in each feature.",
            label="Centres up to",
            gt=0,
            le=1e6,
        ),
    ] = 10.0
    noise: Annotated[float, Param("Deviation of each cluster about its centre.", ge=0, le=1e6)] = (
        1.5
    )
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, self.n_features, self.n_classes

    def table(self) -> tuple[Array, Labels]:
        """Make all rows."""
        from sklearn.datasets import make_blobs

        X, y = make_blobs(
            n_samples=self.n_samples,
            n_features=self.n_features,
            centers=self.n_classes,
            cluster_std=abs(self.noise),  # numpy refuses -0.0
            center_box=(-self.half_width, self.half_width),
            random_state=self.random_state,
        )
        return X, y.astype(np.int64)
