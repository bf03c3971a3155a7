"""Asking for files and folders: by the system's own dialog, or by Qt's where there is none."""

from PySide6.QtCore import QFileInfo
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QFileIconProvider, QWidget


class _Icons(QFileIconProvider):
    """Tells files from folders by their names alone.

    Qt's own looks into each file for its kind, in the window's thread. Of some, as the kernel's log
    in /proc, the end never comes.
    """

    def icon(self, of: QFileInfo | QFileIconProvider.IconType) -> QIcon:
        if isinstance(of, QFileInfo):
            of = self.IconType.Folder if of.isDir() else self.IconType.File
        return super().icon(of)

    def type(self, info: QFileInfo) -> str:
        return "Folder" if info.isDir() else info.suffix()


class FileDialog:
    """The four questions that there are; what is answered is empty where somebody cancels."""

    @staticmethod
    def one(parent: QWidget, title: str, start: str, kinds: str) -> str:
        """Ask for a file that is there."""
        return "".join(_asked(_made(parent, title, start, kinds))[0])

    @staticmethod
    def several(parent: QWidget, title: str, start: str, kinds: str) -> list[str]:
        """Ask for files that are there."""
        return _asked(_made(parent, title, start, kinds, QFileDialog.FileMode.ExistingFiles))[0]

    @staticmethod
    def target(parent: QWidget, title: str, start: str, kinds: str) -> tuple[str, str]:
        """Ask for a file to write, and of which kind; before one is replaced it is asked."""
        dialog = _made(parent, title, start, kinds, QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        paths, kind = _asked(dialog)
        return "".join(paths), kind

    @staticmethod
    def folder(parent: QWidget, title: str, start: str) -> str:
        """Ask for a folder."""
        dialog = _made(parent, title, start, "", QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        return "".join(_asked(dialog)[0])


def _made(
    parent: QWidget,
    title: str,
    start: str,
    kinds: str,
    mode: QFileDialog.FileMode = QFileDialog.FileMode.ExistingFile,
) -> QFileDialog:
    dialog = QFileDialog(parent, title, start, kinds)
    dialog.setFileMode(mode)
    icons = _Icons()
    dialog.setIconProvider(icons)
    dialog.finished.connect(lambda: icons)  # the dialog doesn't keep it
    return dialog


def _asked(dialog: QFileDialog) -> tuple[list[str], str]:
    try:
        if not dialog.exec():
            return [], ""
        return dialog.selectedFiles(), dialog.selectedNameFilter()
    finally:
        dialog.deleteLater()
