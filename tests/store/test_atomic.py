"""A file that is written is there whole, or the old one still is."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from optiviz.store import StoreError
from optiviz.store.atomic import write_bytes, write_text, writing


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write_and_raise(path, error):
    with writing(path) as file:
        file.write(b"half")
        raise error


def test_a_new_file_has_the_content_and_the_usual_rights(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "line\nλ\r\n")
    assert path.read_bytes() == "line\nλ\r\n".encode()
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("call", ["replace", "fsync"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "only be read"),
        (errno.EIO, "disk reports an error"),
        (errno.EMLINK, "can't be written"),
    ],
)
def test_a_fault_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call, number, words):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StoreError, match=words) as caught:
        write_text(path, "new")
    monkeypatch.undo()
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_full_disk_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(StoreError, match="the disk is full"):
        write_and_raise(path, OSError(errno.ENOSPC, "No space left on device"))
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_other_errors_pass_through_and_leave_no_temporary_file(tmp_path, error):
    path = tmp_path / "a.txt"
    with pytest.raises(error):
        write_and_raise(path, error())
    assert names(tmp_path) == []


def test_a_folder_that_can_t_be_synced_does_not_matter(tmp_path, monkeypatch):
    fsync = os.fsync
    kinds = []

    def only_files(handle):
        kinds.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        if kinds[-1]:
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", only_files)
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert kinds[0] is False


def test_what_can_t_be_a_file_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    wrong = {
        tmp_path / "gone" / "a.txt": "folder does not exist",
        tmp_path: "is a folder",
        tmp_path / "file" / "a.txt": "a file, not a folder" if os.name == "posix" else "folder",
        tmp_path / ("n" * 300): "name is too long",
        tmp_path / "a\0b": "null character",
    }
    for path, words in wrong.items():
        with pytest.raises(StoreError, match=words) as caught:
            write_bytes(path, b"")
        assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(os.name != "posix", reason="devices and links are POSIX's")
def test_devices_are_refused_and_links_stay_links(tmp_path):
    with pytest.raises(StoreError, match="device or a pipe"):
        write_bytes("/dev/null", b"new")
    (tmp_path / "real").write_text("old")
    os.chmod(tmp_path / "real", 0o640)
    (tmp_path / "link").symlink_to("real")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640


def test_a_long_name_that_still_fits_is_written(tmp_path):
    if sys.platform == "win32":
        pytest.skip("the path's length is limited as a whole")
    path = tmp_path / ("n" * 250)
    write_text(path, "x")
    assert path.read_text() == "x"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no such folder here")
def test_a_folder_that_takes_no_files_is_not_said_to_be_gone():
    with pytest.raises(StoreError, match=r"/proc/a\.html: no file can be made in this folder"):
        write_bytes("/proc/a.html", b"")
