"""The objective over a plane through all points that are searched: planes, values, heights."""

from optiviz.analysis.landscape.ground import Extent, Ground, extent_of
from optiviz.analysis.landscape.heights import Heights, heights_of
from optiviz.analysis.landscape.planes import SearchPlane, parts_of, path_plane, random_plane

__all__ = [
    "Extent", "Ground", "Heights", "SearchPlane", "extent_of", "heights_of", "parts_of",
    "path_plane", "random_plane",
]  # fmt: skip
