"""Shows pages under each other, as wide as there is room; pictures of them are asked for.

Only pages at or beside what is seen have pictures, so that a long report takes little memory.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from optiviz.ui.exporting.pages import PagePicture
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE

__all__ = ["Paper"]

_MOST_BYTES = 96e6  # of pictures, beyond those of the pages that are seen
_PAPER = QColor("#ffffff")
_SHADE = QColor(0, 0, 0, 26)
_START = (0, -1.0)  # above the first page


class Paper(QAbstractScrollArea):
    """Pages, one under the other.

    Signals
    -------
    wanted : (int, int)
        A page is to be drawn so many pixels wide.
    turned
        Another page is in the middle of what is seen.

    Attributes
    ----------
    page : int
        The one in the middle of what is seen, from 0.
    pages : int
        How many there are.
    pictures : dict of int to QImage
        Of the pages that are drawn.
    """

    wanted = Signal(int, int)
    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Preview of the pages")
        self.viewport().setAutoFillBackground(False)
        self.page = 0
        self.pictures: dict[int, QImage] = {}
        self._texts: dict[int, str] = {}
        self._sizes: Sequence[tuple[float, float]] = ()
        self._places: list[QRectF] = []
        self._old: set[int] = set()  # pictures of what the pages were before
        self._asked: int | None = None
        self._top = _START  # the page at the upper edge, and how much of it is above that
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    @property
    def pages(self) -> int:  # noqa: D102
        return len(self._sizes)

    def show_pages(self, sizes: Sequence[tuple[float, float]]) -> None:
        """Show other pages, at the place where those before were scrolled to.

        Parameters
        ----------
        sizes : sequence of (float, float)
            Width and height of each.
        """
        policy = Qt.ScrollBarPolicy
        self._sizes, self._asked = sizes, None
        self._old = {page for page in self.pictures if page < len(sizes)}
        self.pictures = {page: self.pictures[page] for page in self._old}
        self._texts = {page: self._texts[page] for page in self._old}
        several = len(sizes) > 1
        # Else one that came would take the room that it comes for.
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if several else policy.ScrollBarAlwaysOff
        )
        self._lay_out()
        self.turned.emit()

    def start_at(self, part: float) -> None:
        """Scroll to where this part of all pages, 0 to 1, is above."""
        bar = self.verticalScrollBar()
        bar.setValue(round(part * bar.maximum()))

    def forget(self) -> None:
        """Show nothing, and begin with the first page the next time."""
        self._sizes, self._places, self._top, self._asked = (), [], _START, None
        self.pictures.clear()
        self._texts.clear()
        self._old.clear()

    def show_picture(self, picture: PagePicture) -> None:
        """Show a page that was asked for."""
        self._asked = None
        image = QImage(
            picture.pixels, picture.width, picture.height, QImage.Format.Format_RGB32
        ).copy()  # Qt does not keep the bytes
        self.pictures[picture.page] = image
        self._texts[picture.page] = picture.text
        self._old.discard(picture.page)
        self._drop()
        self.viewport().update()
        self._describe()
        self._ask()

    # Where the pages are

    def _lay_out(self) -> None:
        self._places = []
        if not self._sizes:
            return
        ratio, margin = self.devicePixelRatioF(), SPACE[3]
        room, high = self.viewport().width() - 2 * margin, self.viewport().height()
        widest = max(width for width, _ in self._sizes)
        scale = max(80, room) / widest
        if len(self._sizes) == 1:  # a figure, all of which is seen
            scale = min(scale, max(80, high - 2 * margin) / self._sizes[0][1])
        y = float(margin)
        for width, height in self._sizes:
            # Whole pixels of the screen: else each line would lie between two.
            wide, tall = (round(side * scale * ratio) / ratio for side in (width, height))
            left = round((self.viewport().width() - wide) / 2 * ratio) / ratio
            self._places.append(QRectF(left, y, wide, tall))
            y = round((y + tall + margin) * ratio) / ratio
        if len(self._sizes) == 1:
            self._places[0].moveTop(max(margin, round((high - self._places[0].height()) / 2)))
        page, part = self._top
        page = min(page, len(self._places) - 1)
        at = self._places[page]
        bar = self.verticalScrollBar()
        bar.blockSignals(True)
        bar.setRange(0, max(0, round(y - high)) if len(self._sizes) > 1 else 0)
        bar.setPageStep(max(1, high - SPACE[4]))
        bar.setSingleStep(3 * SPACE[3])
        bar.setValue(round(at.top() + part * at.height()))
        bar.blockSignals(False)
        self._look()

    def _scrolled(self) -> None:
        y = self.verticalScrollBar().value()
        for page, at in enumerate(self._places):
            if at.bottom() > y:
                self._top = (page, (y - at.top()) / at.height())
                break
        self._look()

    def _look(self) -> None:
        """Take notice of which page is seen, and have pictures made."""
        if not self._places:
            return
        middle = self.verticalScrollBar().value() + self.viewport().height() / 2
        page = next(
            (i for i, at in enumerate(self._places) if at.bottom() > middle), self.pages - 1
        )
        if page != self.page:
            self.page = page
            self._describe()
            self.turned.emit()
        self.viewport().update()
        self._ask()

    def _seen(self) -> list[int]:
        top = self.verticalScrollBar().value()
        bottom = top + self.viewport().height()
        return [i for i, at in enumerate(self._places) if at.bottom() > top and at.top() < bottom]

    # Their pictures

    def _wide(self, page: int) -> int:
        """Return how many pixels of the screen a page is wide."""
        return round(self._places[page].width() * self.devicePixelRatioF())

    def _ask(self) -> None:
        """Ask for the first page that lacks its picture: one that is seen, then those beside."""
        if self._asked is not None or not self._places or not self.isVisible():
            return
        seen = self._seen()
        beside = [i for i in (seen[-1] + 1, seen[0] - 1) if 0 <= i < self.pages] if seen else []
        if sum(self._bytes(i) for i in (*seen, *beside)) > _MOST_BYTES:
            beside = []
        for page in (*sorted(seen, key=lambda i: i != self.page), *beside):
            image = self.pictures.get(page)
            if image is None or page in self._old or image.width() != self._wide(page):
                self._asked = page
                self.wanted.emit(page, self._wide(page))
                return

    def _bytes(self, page: int) -> float:
        """Return about how large a picture is, not less: else it is dropped and asked for again."""
        at, ratio = self._places[page], self.devicePixelRatioF()
        return at.width() * ratio * (at.height() * ratio + 2) * 4

    def _drop(self) -> None:
        """Forget pictures of the pages that are farthest from what is seen, where they are many."""
        seen = self._seen() or [self.page]
        far = sorted(self.pictures, key=lambda i: min(abs(i - each) for each in seen))
        size = sum(image.sizeInBytes() for image in self.pictures.values())
        while size > _MOST_BYTES and far and far[-1] not in seen:
            page = far.pop()
            size -= self.pictures.pop(page).sizeInBytes()
            self._texts.pop(page, None)
            self._old.discard(page)

    def _describe(self) -> None:
        """Let the words of the page be read to who can't see it."""
        self.setAccessibleDescription(self._texts.get(self.page, ""))

    # What Qt calls

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw all anew: the ground does not move with the pages."""
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        bar = self.verticalScrollBar()
        ends = {Qt.Key.Key_Home: bar.minimum(), Qt.Key.Key_End: bar.maximum()}
        if event.key() in ends:
            bar.setValue(ends[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pages that are seen; one whose picture is still to come is blank."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ratio = self.devicePixelRatioF()
        painter.translate(0, -self.verticalScrollBar().value())
        for page in self._seen():
            at = self._places[page]
            for far in (2, 1):
                painter.fillRect(at.adjusted(-far, 1 - far, far, 1 + far), _SHADE)
            image = self.pictures.get(page)
            if image is None:
                painter.fillRect(at, _PAPER)
            elif image.width() == self._wide(page):
                image.setDevicePixelRatio(ratio)
                painter.fillRect(at, _PAPER)
                painter.drawImage(at.topLeft(), image)
            else:
                painter.drawImage(at, image, QRectF(image.rect()))
