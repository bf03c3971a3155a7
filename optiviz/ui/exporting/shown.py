"""Shows what a file will be like: a picture, a film, its words, its pages, or text."""

import re
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QImage,
    QMovie,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QStackedLayout,
    QTextBrowser,
    QWidget,
)

from optiviz.ui.canvas.legend import ElidedLabel
from optiviz.ui.exporting.page import COLUMN, size_of
from optiviz.ui.exporting.paper import Paper
from optiviz.ui.exporting.previews import Preview
from optiviz.ui.forms import Note
from optiviz.ui.guard import guarded
from optiviz.ui.theme import RADIUS, SPACE, current_theme
from optiviz.views.palette import THEMES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PreviewPane"]


_IMAGE = re.compile(r'<img src="([^"]+)">')


class _Picture(QWidget):
    """A picture as large as there is room, but not larger than it is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.image = QImage()
        self._film: QMovie | None = None
        self._bytes = QByteArray()
        self._buffer = QBuffer(self)

    def show_image(self, content: bytes) -> None:
        self.end()
        self.image = QImage.fromData(content)
        self.update()

    def show_film(self, content: bytes) -> None:
        self.end()
        self._bytes = QByteArray(content)
        self._buffer.setData(self._bytes)
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._film = QMovie(self._buffer, QByteArray(b"gif"), self)
        self._film.setCacheMode(QMovie.CacheMode.CacheAll)
        self._film.frameChanged.connect(self._next)
        self._film.start()

    def _next(self) -> None:
        if self._film is not None:
            self.image = self._film.currentImage()
            self.update()

    def end(self) -> None:
        """Let nothing move."""
        film, self._film = self._film, None
        if film is not None:
            film.stop()
            film.deleteLater()
        if self._buffer.isOpen():
            self._buffer.close()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = QSize(self.width() - 2 * SPACE[2], self.height() - 2 * SPACE[2])
        ratio = self.devicePixelRatioF()
        size = self.image.size()
        if size.width() > room.width() * ratio or size.height() > room.height() * ratio:
            size = size.scaled(room * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        scaled = self.image.scaled(  # in steps: what Qt paints smaller loses its thin lines
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        wide, high = scaled.width() / ratio, scaled.height() / ratio
        left, top = (self.width() - wide) / 2, (self.height() - high) / 2
        place = QRectF(left, top, wide, high)
        painter.drawImage(place, scaled)
        painter.setPen(current_theme().pen("line"))
        painter.drawRect(place)


class _Page(QTextBrowser):
    """A page that opens and loads nothing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)  # large type would break within words
        self.setAccessibleName("Preview of the report")
        self._images: Mapping[str, bytes] = {}
        self._blank: set[str] = set()  # those that were looked for before they came
        self._text = ""
        self._name = "light"
        self._column = COLUMN
        self._laid_out = ("", "")

    def show_page(self, preview: Preview, name: str) -> None:
        """Show a page in a theme, where it was scrolled to if it is the same one."""
        self._images = preview.images
        if (preview.text, name) == (self._text, self._name):  # pictures come to their places
            kind = QTextDocument.ResourceType.ImageResource.value
            for key in self._blank & preview.images.keys():
                self._blank.discard(key)
                self.document().addResource(kind, QUrl(key), self._picture(key))
            self.viewport().update()
            return
        at = self.verticalScrollBar().value()
        self._text, self._name = preview.text, name
        palette = THEMES[name]
        ground, text = palette.ground, palette.text
        self.setStyleSheet(f"QTextBrowser {{ background: {ground}; color: {text}; }}")
        self.document().setDefaultStyleSheet(
            f"body, td, p, li, h1, h2, h3 {{ color: {palette.text}; }}"
        )
        self.document().setDocumentMargin(SPACE[4])
        self._lay_out()
        self.verticalScrollBar().setValue(at)

    def _lay_out(self) -> None:
        """Put the page into the middle, as wide as it is at most or there is room."""
        room = self.viewport().width()
        column = max(160, min(room - 2 * SPACE[4], COLUMN))
        if column != self._column or self._laid_out != (self._text, self._name):
            self._column, self._laid_out = column, (self._text, self._name)
            self._blank.clear()
            self.setHtml(_IMAGE.sub(self._sized, self._text))
        frame = self.document().rootFrame()
        form = frame.frameFormat()
        side = (room - column) // 2  # in place of the document's own margin
        form.setLeftMargin(side)
        form.setRightMargin(room - column - side - 1)  # widths of cells are rounded up
        frame.setFrameFormat(form)
        self.horizontalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._text:
            bar = self.verticalScrollBar()
            part = bar.value() / max(1, bar.maximum())
            self._lay_out()
            bar.setValue(round(part * bar.maximum()))

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return a picture that was drawn; nothing else is read, from wherever it may be."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return None
        return self._picture(name if isinstance(name, str) else name.toString())

    def _sized(self, image: re.Match[str]) -> str:
        """Return an image that says its size, so that nothing moves when it comes."""
        wide, high = size_of(image[1], self._column)
        return f'<img src="{image[1]}" width="{wide}" height="{high}">'

    def _picture(self, key: str) -> QImage:
        """Return a picture in its size, or something blank as long as it is not drawn."""
        content = self._images.get(key)
        if content is None:
            self._blank.add(key)
            blank = QImage(1, 1, QImage.Format.Format_RGB32)
            blank.fill(THEMES[self._name].card)
            return blank
        wide, high = size_of(key, self._column)
        ratio = self.devicePixelRatioF()
        picture = QImage.fromData(content).scaled(
            QSize(round(wide * ratio), round(high * ratio)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        picture.setDevicePixelRatio(ratio)
        return picture


class PreviewPane(QWidget):
    """What a file will be like, under a line that says how much of it this is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = ElidedLabel(role="muted", right=True, parent=self)
        self.preview: Preview | None = None
        self.picture = _Picture(self)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName("Preview of the file")
        self.page = _Page(self)
        self.paper = Paper(self)
        self.paper.turned.connect(self._tell_page)
        self.words = Note(parent=self)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(1, 1, 1, 1)
        for widget in (self.words, self.picture, self.text, self.page, self.paper):
            self._stack.addWidget(widget)
        self.setMinimumSize(280, 200)

    def say(self, sentence: str) -> None:
        """Show a sentence instead."""
        self.end()
        self.words.say(sentence)
        self.about.set_text("")
        self._stack.setCurrentWidget(self.words)

    def show_preview(self, preview: Preview, theme: str) -> None:
        """Show a preview; of a report, in a theme."""
        before, self.preview = self.preview, preview
        self.about.set_text(preview.about)
        if preview.kind == "pages":
            # Who has begun to read the words goes on about there.
            part = _scrolled(self.page) if before is not None and before.kind == "page" else 0.0
            self._stack.setCurrentWidget(self.paper)
            self.paper.show_pages(preview.sizes)
            if part:
                self.paper.start_at(part)
        elif preview.kind == "page":
            if not preview.whole and before is not None and before.kind == "pages":
                self.preview = before  # its pages stay until the new ones come
                return
            self.page.show_page(preview, theme)
            self._stack.setCurrentWidget(self.page)
        elif preview.kind == "text":
            self.text.setFont(_even())
            self.text.setPlainText(preview.text)
            self._stack.setCurrentWidget(self.text)
        else:
            if preview.kind == "film":
                self.picture.show_film(preview.content)
            else:
                self.picture.show_image(preview.content)
            self.picture.setAccessibleName(f"Preview: {preview.about}")
            self._stack.setCurrentWidget(self.picture)
        self.update()

    def end(self) -> None:
        """Let nothing move, and forget what was shown."""
        self.preview = None
        self.picture.end()
        self.paper.forget()

    def _tell_page(self) -> None:
        if self.preview is not None and self.paper.pages > 1:
            page = f"page {self.paper.page + 1:,} of {self.paper.pages:,}"
            self.about.set_text(f"{page}, {self.preview.about}")

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground that the file lies on."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(current_theme().pen("line"))
        painter.setBrush(current_theme().colour("ground"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _scrolled(page: QTextBrowser) -> float:
    """Return which part of a text is above what is seen of it, 0 to 1."""
    bar = page.verticalScrollBar()
    return bar.value() / max(1, bar.maximum())


def _even() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(current_theme().font(0.9).pointSizeF())
    return font
