"""Runs in a page: what comes out is what went in, or a sentence; nothing of a page is ever run."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from optiviz.store import StoreError, carried, run_file, study_file
from optiviz.store.verify import verify
from tests.store.hostile import memory_peak, refused

BEFORE = "<!DOCTYPE html>\n<html><head><title>R</title></head><body><p>A report.</p>\n"
AFTER = "\n</body></html>\n"
FILES = Path(__file__).parent / "files"


def page(path, *blocks, before=BEFORE, after=AFTER):
    path.write_text(before + "\n".join(blocks) + after, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def content(descent, tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "a.optiviz"
    run_file.save(path, [descent])
    return path.read_bytes()


def test_runs_come_out_of_a_page_as_they_went_in(content, descent, tmp_path):
    path = page(tmp_path / "a.html", carried.block(content))
    assert carried.content_of(path) == content
    (run,) = run_file.load(path)
    assert (run.name, run.digest, run.spec) == (descent.name, descent.digest, descent.spec)
    assert run_file.spec_of(path) == descent.spec
    assert verify(path).identical
    assert not study_file.holds_study(path)


@pytest.mark.parametrize("name", ["version-1-runs", "version-2-dropped", "version-2-study"])
def test_what_older_versions_wrote_is_carried_too(name, tmp_path):
    stored = FILES / f"{name}.optiviz"
    path = page(tmp_path / "a.html", carried.block(stored.read_bytes()))
    assert study_file.holds_study(path) == name.endswith("study")
    if name.endswith("study"):
        assert len(study_file.load(path).records) == len(study_file.load(stored).records)
    else:
        digests = [[run.digest for run in run_file.load(one)] for one in (path, stored)]
        assert digests[0] == digests[1]


def test_a_page_that_mail_or_an_editor_changed_still_opens(content, tmp_path):
    whole = page(tmp_path / "a.html", carried.block(content)).read_bytes()
    for i, changed in enumerate(
        [
            whole.replace(b"\n", b"\r\n"),
            b"\xef\xbb\xbf" + whole,
            b"\n \n" + whole,
            whole + b"<!-- scanned -->\n",
            whole.replace(b"<html>", b"<!-- saved from url=(0014)about:internet -->\n<html>"),
        ]
    ):
        path = tmp_path / f"{i}.html"
        path.write_bytes(changed)
        assert carried.content_of(path) == content


def test_a_block_shows_and_runs_nothing(content):
    text = carried.block(content)
    tag, _, rest = text.partition(">")
    assert 'type="application/vnd.optiviz"' in tag
    assert "src=" not in tag
    body = rest.removesuffix("</script>")
    assert re.fullmatch(r"[A-Za-z0-9+/=\n]*", body)
    assert max(map(len, body.split("\n"))) == 76


def test_what_is_wrong_with_a_page_is_a_sentence(content, tmp_path):
    good = carried.block(content)
    wrong = base64.b64encode(content[:-1] + b"x").decode()
    empty = hashlib.sha256(b"").hexdigest()
    tag = f'<script id="{carried.RUNS}" type="application/vnd.optiviz"'
    cases = {
        "carries no runs": "",
        "carries the runs twice": good + good,
        "runs twice": good + f'<p id="{carried.RUNS}">',
        "can't be made out": good.replace("<script ", '<script src="x.js" '),
        "be made out": good.replace("vnd.optiviz", "javascript"),
        "are not base64": re.sub(r">\n.", ">\n%", good),
        "do not match": re.sub(r">\n[^<]*<", f">{wrong}<", good),
        "match their length": re.sub(r'data-bytes="\d', 'data-bytes="9', good),
        "cut off": good.removesuffix("</script>"),
        "is empty": f'{tag} data-bytes="0" data-sha256="{empty}"></script>',
        "is not a run file": carried.block(b"GIF89a and more"),
        "cut off or damaged": carried.block(content[:-30]),
    }
    for words, body in cases.items():
        refused(page(tmp_path / "a.html", body), words)


def test_a_page_that_is_cut_off_anywhere_is_refused(content, tmp_path):
    whole = page(tmp_path / "a.html", carried.block(content)).read_bytes().rstrip()
    path = tmp_path / "b.html"
    for length in [*range(len(BEFORE)), *range(len(BEFORE), len(whole), 397), len(whole) - 1]:
        path.write_bytes(whole[:length])
        refused(path)


def test_what_is_too_large_is_refused_and_takes_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(carried, "MOST", 1000)
    with pytest.raises(StoreError, match="carries at most"):
        carried.block(bytes(1001))
    monkeypatch.setattr(carried, "_MOST_PAGE", 100_000)
    path = page(tmp_path / "a.html", "x" * 3_000_000)
    assert memory_peak(lambda: refused(path, "is larger than")) < 2_000_000


@pytest.mark.parametrize("filler", ["<script ", " ", "\n", "A", "</html", "id=", "<!--"])
def test_a_page_made_to_take_long_does_not(filler, tmp_path):
    tag = f'<script id="{carried.RUNS}" type="application/vnd.optiviz"'
    flood = filler * (4_000_000 // len(filler))
    refused(page(tmp_path / "a.html", flood))
    refused(page(tmp_path / "b.html", tag, flood))
    digest = "0" * 64
    whole = f'{tag} data-bytes="9" data-sha256="{digest}">'
    refused(page(tmp_path / "c.html", whole, flood, "</script>"))


def test_a_pdf_is_told_where_its_runs_are(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"0" * 200)
    with pytest.raises(StoreError, match=r"is a PDF; save the runs attached to it, runs\.optiviz"):
        run_file.read(path)
