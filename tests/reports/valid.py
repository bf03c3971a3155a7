"""What the Nu HTML checker and axe found worth keeping, as rules that need neither."""

import re
from itertools import pairwise

import html5lib

LONG = re.compile(r"[A-Za-z0-9+/=]{400,}")  # what is packed: its letters are no markup
NAMES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "headers")
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def mistakes(text):
    """Yield what is wrong with a page, a sentence each."""
    if FORBIDDEN.search(text):
        yield f"a letter that HTML can't hold: {FORBIDDEN.search(text)[0]!r}"
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(LONG.sub("AAAA", text))
    for (line, column), name, about in parser.errors:
        yield f"line {line}, column {column}: {name} {about}"
    everything = [element for element in root.iter() if isinstance(element.tag, str)]
    yield from _names(everything)
    yield from _headings(everything)
    yield from _unnamed(root, everything)
    for table in root.iter("table"):
        yield from _columns(table)


def _names(everything):
    ids = [element.get("id") for element in everything if element.get("id") is not None]
    yield from (f"the id {name!r} is there {ids.count(name)} times" for name in _again(ids))
    yield from (f"the id {name!r} is none" for name in ids if not name or re.search(r"\s", name))
    for element in everything:
        wanted = [name for key in NAMES for name in (element.get(key) or "").split()]
        links = (v for k, v in element.attrib.items() if str(k).rpartition("}")[2] == "href")
        wanted += [link[1:] for link in links if link.startswith("#")]
        wanted += [n for v in element.attrib.values() for n in re.findall(r"url\(#([^)]*)\)", v)]
        for name in set(wanted).difference(ids):
            yield f"{element.tag} names {name!r}, which is nowhere"


def _again(names):
    return {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ()


def _headings(everything):
    found = [element for element in everything if re.fullmatch("h[1-6]", element.tag)]
    levels = [int(element.tag[1]) for element in found]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"the headings begin with {levels[:3]}, and not with the one of the page"
    for (a, b), element in zip(pairwise(levels), found[1:], strict=True):
        if b > a + 1:
            yield f"{_text(element)!r}: h{b} follows h{a}"
    yield from (f"an empty {element.tag}" for element in found if not _text(element))


def _unnamed(root, everything):
    labelled = {e for label in root.iter("label") if _text(label) for e in label.iter()}
    for element in everything:
        named = element.get("aria-label", "").strip() or element.get("aria-labelledby")
        drawn = element.tag.rpartition("}")[2] == "svg" and element.get("aria-hidden") != "true"
        if element.tag == "img" and not (element.get("alt") or "").strip():
            yield f"an image without alt: {element.get('src', '')[:40]}"
        elif (drawn or element.get("role") in ("img", "region", "group")) and not named:
            yield f"{element.tag} {element.get('class')} has no name"
        elif element.tag in ("input", "select", "textarea") and element not in labelled:
            yield f"{element.tag} has no label"
        elif element.tag in ("a", "button", "summary", "caption", "th") and not (
            named or _text(element)
        ):
            yield f"{element.tag} {element.get('class')} says nothing"


def _columns(table):
    """Every row ends at the last column, and in every column some cell begins."""
    wide, begins = set(), set()
    for row in table.iter("tr"):
        at = 0
        for cell in row:
            begins.add(at)
            at += int(cell.get("colspan", 1))
        wide.add(at)
    if len(wide) > 1 or begins != set(range(max(wide, default=0))):
        yield f"a table has rows of {sorted(wide)} columns, begun at {sorted(begins)}"


def _text(element):
    return "".join(element.itertext()).strip()
