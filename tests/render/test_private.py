"""Files and folders are for their owner from the moment they are made, and whole or not there."""

import os
import stat

import pytest

from csmkit.errors import UsageError
from csmkit.render import private
from csmkit.render.private import close_folder, make_folder, others_may_open, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request):
    """Each umask in turn; the one before comes back."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_file_is_its_owner_s_whatever_the_umask(tmp_path, umask):
    write_whole(tmp_path / "a.txt", b"secret")
    assert rights(tmp_path / "a.txt") == 0o600


@posix
def test_every_folder_that_is_made_is_its_owner_s_whatever_the_umask(tmp_path, umask):
    make_folder(tmp_path / "a" / "b" / "c")
    assert [rights(tmp_path / part) for part in ("a", "a/b", "a/b/c")] == [0o700] * 3


@posix
def test_a_folder_is_never_open_to_others_not_even_at_first(tmp_path, umask, monkeypatch):
    monkeypatch.setattr(private, "close_folder", lambda path: None)
    make_folder(tmp_path / "a")
    assert not others_may_open(tmp_path / "a")


@posix
def test_a_file_is_its_owner_s_while_it_is_written_too(tmp_path, umask, monkeypatch):
    seen = []
    opened = os.open

    def watched(path, flags, mode):
        descriptor = opened(path, flags, mode)
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(private.os, "open", watched)
    write_whole(tmp_path / "a.txt", b"secret")
    assert seen
    assert not any(mode & 0o077 for mode in seen)


@posix
def test_asked_otherwise_the_umask_decides(tmp_path, umask):
    write_whole(tmp_path / "a.txt", b"", private=False)
    make_folder(tmp_path / "b", private=False)
    assert rights(tmp_path / "a.txt") == 0o666 & ~umask
    assert rights(tmp_path / "b") == 0o777 & ~umask


@posix
def test_a_file_that_was_open_to_others_is_not_after_it_is_written_again(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_whole(path, b"new", durable=True)
    assert (path.read_bytes(), rights(path)) == (b"new", 0o600)


@posix
def test_a_folder_that_is_there_stays_as_it_is_until_it_is_closed(tmp_path):
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    assert others_may_open(tmp_path)
    close_folder(tmp_path)
    assert not others_may_open(tmp_path)


def test_a_write_that_fails_leaves_the_older_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private.os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_whole(path, b"new", durable=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_bytes() == b"old"


def test_a_write_that_is_stopped_leaves_nothing(tmp_path, monkeypatch):
    def stopped(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(private.os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.txt", b"new", durable=True)
    assert list(tmp_path.iterdir()) == []


def test_the_unfinished_file_is_where_it_is_asked_to_be(tmp_path, monkeypatch):
    work = make_folder(tmp_path / "work")
    target = make_folder(tmp_path / "packets") / "a.txt"
    seen = []
    monkeypatch.setattr(
        private.os,
        "fsync",
        lambda _: seen.extend(p.parent.name for p in tmp_path.rglob(".*.unfinished")),
    )
    write_whole(target, b"x", work=work, durable=True)
    assert seen == ["work"]
    assert target.read_bytes() == b"x"


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(UsageError, match=r"a is a file"):
        make_folder(tmp_path / "a" / "b")


def test_a_name_of_any_length_that_the_disk_takes_is_written(tmp_path):
    path = tmp_path / ("n" * 240 + ".zip")
    write_whole(path, b"x")
    assert path.read_bytes() == b"x"
