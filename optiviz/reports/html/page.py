"""Pages from templates: words are escaped, and what is HTML is put in afterwards."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FunctionLoader, StrictUndefined

from optiviz.reports.document import Moments, Plot
from optiviz.reports.html.pictures import Picture, picture, still
from optiviz.reports.html.sandbox import Sandbox
from optiviz.reports.html.themed import Drawings, variables
from optiviz.store import machine

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; {scripts}"
    "base-uri 'none'; form-action 'none'"
)
_CODE = re.compile(r"`([^`\n]+)`")
# What HTML can't hold: control characters, halves of letters, and what is no letter; and the two
# marks that turn any letters round, by which a title in a browser's tab reads as something else.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


class Page:
    """One page while it is made. A template knows of it what `names` returns."""

    def __init__(self, theme: str = "auto", told: Callable[[], None] | None = None) -> None:
        self._theme = theme
        self._drawings = Drawings()
        self._nonce = secrets.token_hex(8)  # so that nobody's words can stand for HTML
        self._pieces: list[str] = []
        self._styles: list[str] = []
        self._data: list[str] = []  # of players
        self._script = self._digest = ""
        self._told = told

    def put(self, html: str) -> str:
        """Return what stands for HTML among words, until the page is whole."""
        self._pieces.append(html)
        return f"[{self._nonce}-{len(self._pieces) - 1}]"

    def names(self) -> Mapping[str, Any]:
        """Return what templates can use beside the words that they are given."""
        return {
            "version": machine.versions()["optiviz"],
            "theme": self._theme,
            "light": tuple(variables("light")),
            "dark": tuple(variables("dark")),
            "picture_of": self._picture,
            "player_of": self._player,
            "runs_of": self._runs,
            "policy": f"[{self._nonce}-policy]",
            "styles": f"[{self._nonce}-styles]",
            "glyphs": f"[{self._nonce}-glyphs]",
            "script": f"[{self._nonce}-script]",
        }

    def _picture(self, plot: Plot) -> Picture:
        if self._told is not None:
            self._told()
        return picture(plot, self._drawings, self.put)

    def _player(self, moments: Moments) -> str:
        from optiviz.reports.html import player

        if self._told is not None:
            self._told()
        html, data = player.player_html(
            moments, lambda figure: still(figure, self._drawings), self._theme
        )
        self._data.append(data)
        if not self._script:
            self._script, self._digest = player.SCRIPT, player.script_digest()
            self._styles.append(player.STYLE)
        return self.put(html)

    def _runs(self, content: bytes) -> str:
        from optiviz.store.carried import block

        return self.put(block(content) if content else "")

    def whole(self, text: str) -> str:
        """Return a rendered text with all that is HTML in it."""
        glyphs = "".join(self._drawings.glyphs.values())
        scripts = f"script-src {self._digest}; " if self._script else ""
        more = {
            "policy": POLICY.format(scripts=scripts),
            "styles": "\n".join(self._styles),
            "glyphs": f"<defs>{glyphs}</defs>" if glyphs else "",
            "script": "".join(self._data)
            + (f"<script>{self._script}</script>" if self._script else ""),
        }

        def piece(found: re.Match[str]) -> str:
            return more[found[1]] if found[1] in more else self._pieces[int(found[1])]

        whole = re.sub(rf"\[{self._nonce}-(\w+)\]", piece, text).strip() + "\n"
        return _FORBIDDEN.sub("\ufffd", whole)


def environment(own: Sequence[BaseLoader] = ()) -> Environment:
    """Return where our templates are found, after those of `own`; all that is put in is escaped.

    Only with templates of `own` there are bounds to what they do.
    """
    folder = resources.files(__package__)
    ours = FunctionLoader(lambda name: _text(folder, name))
    made = (Sandbox if own else Environment)(
        loader=ChoiceLoader([*own, ours]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["spans"] = _spans
    made.filters["kind"] = lambda block: type(block).__name__.lower()
    return made


def _spans(text: str) -> list[tuple[str, bool]]:
    """Return the words of a text, and which of them are code, between backticks of a pair."""
    pieces = _CODE.split(text)
    return [(words, i % 2 == 1) for i, words in enumerate(pieces) if words]


def _text(folder: Any, name: str) -> str | None:
    """Return one of our templates; None where there is none of this name."""
    path = folder.joinpath(name)
    return path.read_text(encoding="utf-8") if "/" not in name and path.is_file() else None
