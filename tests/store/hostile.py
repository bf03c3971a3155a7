"""Files as somebody with intent would write them, and what refusing one has to look like."""

from __future__ import annotations

import hashlib
import json
import re
import time
import tracemalloc
import zipfile

import numpy as np
import pytest

from optiviz.store import StoreError
from optiviz.store.npy import to_bytes
from optiviz.store.run_file import load

LONGEST = 1.0  # seconds until a file is refused


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, content, checksums=True, order=None):
    """Write members with checksums that are right, unless those that are there shall stay."""
    content = dict(content)
    if checksums:
        content.pop("checksums.json", None)
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
        content["checksums.json"] = json.dumps(sums).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in order or content:
            archive.writestr(name, content[name])
    return path


def refused(path, words="", function=load):
    """Return the sentence, after checking that it is one and that it came quickly."""
    began = time.process_time()
    with pytest.raises(StoreError) as caught:
        function(path)
    slower = 10 if tracemalloc.is_tracing() else 1
    assert time.process_time() - began < LONGEST * slower
    sentence = str(caught.value)
    is_one_sentence(sentence, path)
    assert re.search(words, sentence), sentence
    return sentence


def is_one_sentence(sentence, path):
    assert sentence.startswith(str(path)), sentence
    assert "\n" not in sentence
    assert len(sentence) < 400 + len(str(path))
    assert "Traceback" not in sentence


def array(values, dtype=None):
    """Return an array as it is stored."""
    return to_bytes(np.array(values, dtype=dtype))


def npy(header, body=b""):
    """Return an array with a header of any text."""
    text = header.encode() + b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


def memory_peak(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
