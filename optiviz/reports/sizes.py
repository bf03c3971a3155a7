"""How large pictures are for where they go, with type and lines to match."""

from dataclasses import dataclass

SIZE = 9.0  # points, of usual text


@dataclass(frozen=True)
class Size:
    """The size of a picture.

    Attributes
    ----------
    width, height : float
        Inches.
    type : float
        Of usual text, in points. Lines and markers grow with it.
    dpi : int
        Pixels to an inch of a picture of pixels, for print or for a screen.
    pixels : (int, int)
        Of a movie: even numbers.
    """

    width: float
    height: float
    type: float
    dpi: int
    pixels: tuple[int, int]

    @property
    def scale(self) -> float:
        """How much larger everything is than pictures are usually drawn."""
        return self.type / SIZE


SIZES: dict[str, Size] = {
    "column": Size(3.5, 2.5, 7.0, 600, (640, 456)),
    "page": Size(6.5, 4.0625, 9.0, 300, (960, 600)),
    "slide": Size(40 / 3, 7.5, 18.0, 144, (1280, 720)),
}
