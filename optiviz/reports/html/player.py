"""A player: a run gone through moment by moment, in a page that needs nothing else.

`player_html` makes the markup of one player. A page has `STYLE` and `SCRIPT` once, whatever number
of players it has; the script allows itself nothing but to draw what is in the page.
"""

import base64
import hashlib
from collections.abc import Callable
from html import escape
from importlib import resources

from optiviz.reports.document import Moments
from optiviz.reports.html.packing import packed
from optiviz.views.figure import Figure, Strokes
from optiviz.views.palette import DARK, LIGHT, Palette

_ICONS = {
    "first": "M5 5h2.4v14H5zM19 5v14L8.5 12z",
    "back": "M17 5v14L6.5 12z",
    "play": "M7 4.5v15L19.5 12z",
    "pause": "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
    "on": "M7 5v14l10.5-7z",
    "last": "M16.6 5H19v14h-2.4zM5 5v14l10.5-7z",
}
_BUTTONS = (
    ("first", "To the start"),
    ("back", "One moment back"),
    ("play", "Play"),
    ("on", "One moment on"),
    ("last", "To the end"),
)


def _colours(palette: Palette) -> str:
    named = {
        "ground": palette.ground, "card": palette.card, "line": palette.line,
        "text": palette.text, "muted": palette.muted, "accent": palette.accent,
        "on-accent": palette.on_accent, "positive": palette.positive,
        "negative": palette.negative, "danger": palette.danger,
        "runs": ",".join(palette.runs), "classes": ",".join(palette.classes),
        "ramp": ",".join(palette.ramp),
    }  # fmt: skip
    return " ".join(f"--p-{name}: {value};" for name, value in named.items())


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


STYLE = "\n".join(
    (
        f".player {{ {_colours(LIGHT)} }}",
        f'@media screen {{ .player[data-theme="dark"] {{ {_colours(DARK)} }} }}',
        '@media screen and (prefers-color-scheme: dark) { .player[data-theme="auto"] '
        f"{{ {_colours(DARK)} }} }}",
        _read("player.css"),
    )
)
"""What players look like, as CSS."""

SCRIPT = "\n".join(("'use strict';", "(() => {", _read("plots.js"), _read("player.js"), "})();"))
"""What players do, as JavaScript: the same text for every report, so that its digest allows it."""


def script_digest() -> str:
    """Return what a content policy allows the script by: `'sha256-...'` with its quotes."""
    digest = hashlib.sha256(SCRIPT.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def player_html(
    moments: Moments, still: Callable[[Figure], str], theme: str = "auto"
) -> tuple[str, str]:
    """Return the markup of one player, and its data for the end of the body.

    Parameters
    ----------
    moments : Moments
    still : callable
        Makes of the last figure of each view the address of an image, `data:image/…`, which is
        seen where scripts are off. Where the page shows the last moment anyway it may make
        nothing: readers are then sent there.
    theme : {"auto", "light", "dark"}
        Auto follows the reader's screen.
    """
    data = packed(moments)
    name = f"moments-{hashlib.sha256(data.encode()).hexdigest()[:12]}"
    last, steps = f"{moments.k[-1]:,}", len(moments.k) - 1
    stills = [still(figures[-1]) for _, figures in moments.figures]
    drawn = all(stills)
    views = "".join(
        _view(title, figures[-1], image if drawn else "")
        for (title, figures), image in zip(moments.figures, stills, strict=True)
    )
    where = (
        "This is the last moment" if drawn else "The figures of this page are of the last moment"
    )
    markup = f"""\
<div class="player" data-moments="{name}" data-theme="{escape(theme)}" role="group" \
aria-label="Player: {escape(moments.title)}">
<p class="player-said" role="status"><span>{where}, iteration {last}.</span> <span>To go \
through the run, open this page where scripts are allowed: its one script draws what is in the \
page, and loads nothing.</span></p>
<div class="player-bar" hidden>
<div class="player-buttons">{"".join(_button(*one) for one in _BUTTONS)}</div>
<label class="player-slider"><span class="player-hidden">Moment of the run</span>\
<input type="range" min="0" max="{steps}" value="{steps}" step="1" \
aria-valuetext="Iteration {last}"></label>
<p class="player-now"><strong></strong><span></span></p>
</div>
<div class="player-views"{"" if drawn else " hidden"}>
{views}</div>
</div>
"""
    block = f'<script type="application/octet-stream" data-moments="{name}">{data}</script>\n'
    return markup, block


def _button(kind: str, label: str) -> str:
    icons = ("play", "pause") if kind == "play" else (kind,)
    drawn = "".join(
        f'<svg class="player-{icon}-icon" viewBox="0 0 24 24" aria-hidden="true">'
        f'<path d="{_ICONS[icon]}"/></svg>'
        for icon in icons
    )
    about = f'class="player-{kind}" aria-label="{label}" title="{label}"'
    return f'<button type="button" {about}>{drawn}</button>'


def _view(title: str, figure: Figure, still: str) -> str:
    wide = " wide" if _is_diagram(figure) else ""
    alt = escape(f"{title}: {figure.caption or figure.note}")
    image = f'<img src="{escape(still)}" alt="{alt}" decoding="async">' if still else ""
    return f"""\
<figure class="player-view{wide}">
<p class="player-title"><span>{escape(title)}</span>\
<span class="player-note">{escape(figure.note)}</span></p>
<div class="player-plot">{image}</div>
<figcaption>{escape(figure.caption)}</figcaption>
</figure>
"""


def _is_diagram(figure: Figure) -> bool:
    return any(isinstance(item, Strokes) for item in figure.items)
