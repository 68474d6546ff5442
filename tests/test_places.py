"""Places: paths and URLs are told apart, and no message shows a key or a password."""

from __future__ import annotations

import os
import uuid
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from csmkit import places
from csmkit.errors import UsageError
from csmkit.places import Place, located, shown
from tests.conftest import absent

on_posix = pytest.mark.skipif(os.name != "posix", reason="paths of Linux and macOS")


@pytest.fixture(scope="module")
def fsspec() -> None:
    if find_spec("fsspec") is None:
        absent("No fsspec: pip install fsspec.")


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, but for what `Path` makes of a text."""
    import nturl2path

    monkeypatch.setattr(places, "_WINDOWS", True)
    monkeypatch.setattr(places, "url2pathname", nturl2path.url2pathname)


@pytest.mark.parametrize(
    ("where", "there"),
    [
        ("pack", Path("pack")),
        (Path("pack"), Path("pack")),
        ("C:\\packs\\one", Path("C:\\packs\\one")),
        ("50% done?@home", Path("50% done?@home")),
        ("s3://team/pack/", "s3://team/pack/"),
        ("abfs://team@store.dfs.core.windows.net/p", "abfs://team@store.dfs.core.windows.net/p"),
    ],
)
def test_paths_and_urls_are_told_apart(where: str | Path, there: str | Path) -> None:
    assert located(where) == there


@on_posix
@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("file:///srv/pack", "/srv/pack"),
        ("FILE://localhost/srv/pack", "/srv/pack"),
        ("local:///srv/pack", "/srv/pack"),
        ("file:///srv/our%20pack/%C3%A9t%C3%A9", "/srv/our pack/été"),
        ("file:///srv/our pack#1?", "/srv/our pack#1?"),
        ("file:///localhost/pack", "/localhost/pack"),
    ],
)
def test_a_url_of_a_file_is_its_path(url: str, there: str) -> None:
    assert located(url) == Path(there)


@pytest.mark.filterwarnings("ignore:.*nturl2path:DeprecationWarning")
@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("file:///C:/our%20packs/one", "C:\\our packs\\one"),
        ("file://localhost/C:/packs", "C:\\packs"),
        ("file://C:/packs", "C:\\packs"),
        ("file://server/share/pack", "\\\\server\\share\\pack"),
    ],
)
def test_a_url_of_a_file_is_its_path_on_windows(windows: None, url: str, there: str) -> None:
    assert str(located(url)) == there


@on_posix
@pytest.mark.parametrize(
    "url", ["file://", "file://localhost", "file://server/share", "file://pack", "file:///a%00b"]
)
def test_a_url_of_no_file_here_is_one_message(url: str) -> None:
    with pytest.raises(UsageError, match="names no folder of this machine"):
        located(url)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("s3://team/pack", "s3://team/pack"),
        ("memory://ops:hunter2@host/pack", "memory://***@host/pack"),
        ("memory://token@host", "memory://***@host"),
        ("s3://AKIA:ab/cd+e@bucket/x", "s3://***@bucket/x"),
        ("s3://AKIA:a@b/c@bucket/x", "s3://***@bucket/x"),
        ("simplecache::s3://AKIA:ab@bucket/x", "simplecache::s3://***@bucket/x"),
        ("https://store/x?sig=a/b", "https://store/x?***"),
        ("https://u:p@store/x?sig=a@b//c@d", "https://***@d"),
        ("abfs://team@store.dfs.core.windows.net/p", "abfs://team@store.dfs.core.windows.net/p"),
        ("abfs://team@store/p?sig=secret", "abfs://***@store/p?***"),
        ("abfs://key:secret@store/p", "abfs://***@store/p"),
        ("file:///srv/a@b?", "file:///srv/a@b?"),
        ("a@b?", "a@b?"),
        (Path("s3:/a@b"), str(Path("s3:/a@b"))),
    ],
)
def test_what_may_be_secret_in_a_url_is_not_shown(where: str | Path, told: str) -> None:
    assert shown(where) == told


@given(secret=st.text(min_size=1), scheme=st.sampled_from(["s3", "gs", "memory", "a::sftp"]))
@example(secret="AKIA:ab/cd+e", scheme="s3")
@example(secret="a\nb", scheme="s3")
@example(secret="a?b", scheme="s3")
def test_no_secret_before_a_host_is_shown(secret: str, scheme: str) -> None:
    told = shown(f"{scheme}://{secret}@bucket/pack")
    assert told == shown(told) == f"{scheme}://***@bucket/pack"


class Refusing:
    """A storage whose errors repeat what they were given."""

    def __getattr__(self, name: str) -> Any:
        def refuse(path: str) -> None:
            raise ValueError(f"no bucket of the name ops:hunter2 for {path}")

        return refuse


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("memory://ops:hunter2@host/x", r"Files at memory://\*\*\*@host/x .* \(ValueError\)"),
        ("memory://host/x", r"Files at memory://host/x cannot be removed \(no bucket .*\)"),
    ],
)
def test_what_a_library_says_is_not_shown_where_it_may_hold_a_secret(
    fsspec: None, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    place = Place(url)
    monkeypatch.setattr(place, "_files", Refusing())
    with pytest.raises(UsageError, match=told):
        place.remove("a")


def test_a_storage_that_fails_when_it_is_opened_is_one_message(
    fsspec: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec.core

    def refuse(url: str) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(fsspec.core, "url_to_fs", refuse)
    with pytest.raises(UsageError, match=r"no place that can be opened \(.*Connection refused\)"):
        Place("sftp://host/x")
    with pytest.raises(UsageError, match=r"sftp://\*\*\*@host/x .*\(ConnectionRefusedError\)"):
        Place("sftp://ops:hunter2@host/x")


def test_files_are_put_read_listed_and_removed(fsspec: None) -> None:
    place = Place(f"memory://{uuid.uuid4().hex}")
    assert (place.read("a"), place.names("in"), place.has("in/a")) == (None, [], False)
    place.write("in/a", b"1")
    place.write("in/a", b"2")
    place.write("b", b"3")
    assert (place.read("in/a"), place.names("in"), place.names("")) == (b"2", ["a"], ["b"])
    place.remove("in/a")
    place.remove("in/a")
    assert not place.has("in/a")
