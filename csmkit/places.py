"""Files behind URLs: a shared folder, or a prefix in object storage, through fsspec."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

from csmkit.errors import UsageError

_WINDOWS = os.name == "nt"
_LOCAL = re.compile(r"(?:file|local)://(?:localhost(?=/|$))?", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]*(?:::[a-z0-9+.:-]*)?://", re.IGNORECASE)
_SECRETS = re.compile(r"(?<=//).*(?=@)|(?<=\?).+", re.DOTALL)
_CONTAINER = re.compile(r"(?:abfss?|az|adl)://[a-z0-9$-]+@[a-z0-9.-]+(?:/[^@?]*)?", re.IGNORECASE)
"""In Azure's URLs an ``@`` follows a container's name, and nothing secret."""
_EXTRAS = {"s3": "csmkit[s3]", "s3a": "csmkit[s3]", "gs": "gcsfs", "gcs": "gcsfs"}
_EXTRAS |= dict.fromkeys(("abfs", "abfss", "az", "adl"), "adlfs")


def located(where: str | Path) -> str | Path:
    """A place as its kind says: a path for what is on this machine's disks, else its URL.

    Raises
    ------
    UsageError
        If a ``file:`` URL leads to no path of this machine.

    Examples
    --------
    >>> located("s3://team/pack"), located("file:///srv/pack").as_posix(), located("pack").name
    ('s3://team/pack', '/srv/pack', 'pack')
    """
    text = str(where)
    if isinstance(where, Path) or not _URL.match(text):
        return Path(where)
    if _LOCAL.match(text):
        return _on_disk(text)
    return text


def shown(where: str | Path) -> str:
    """A place as messages name it: ``***`` stands for what may be a key or a password in a URL.

    That is all up to the last ``@``, a ``/`` in it included, and all after a ``?``.

    Examples
    --------
    >>> shown("s3://team/pack"), shown("sftp://ops:pass/word@host/pack")
    ('s3://team/pack', 'sftp://***@host/pack')
    """
    text = str(where)
    if isinstance(where, Path) or not _URL.match(text):
        return text
    if _LOCAL.match(text) or _CONTAINER.fullmatch(text):
        return text
    return _SECRETS.sub("***", text)


def _on_disk(url: str) -> Path:
    """The path that a ``file:`` URL names."""
    rest = _LOCAL.sub("", url, count=1)
    if _WINDOWS and rest and not rest.startswith("/") and not _DRIVE.match(rest):
        rest = f"//{rest}"  # another machine's shared folder
    with suppress(OSError):
        path = url2pathname(rest)
        whole = path.startswith("\\" if _WINDOWS else "/") or (_WINDOWS and _DRIVE.match(path))
        if whole and "\0" not in path:
            return Path(path)
    raise UsageError(
        f"{url} names no folder of this machine.",
        "Give a path, or all of it after three strokes: file:///srv/pack.",
    )


class Place:
    """A folder that only a URL leads to. A file there is put as a whole, or not at all.

    Nothing is kept between calls of what a folder holds: others may write there too.

    Parameters
    ----------
    url : str
        Such as ``s3://bucket/folder``. Who may come in is said by the environment, as the
        storage's own tools have it.

    Raises
    ------
    UsageError
        Here, if nothing installed opens such a URL or it names no folder; from each method but
        `remove` of what is not there, if the storage refuses.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        scheme = url.partition("://")[0].lower()
        try:
            from fsspec.core import url_to_fs

            self._files, root = url_to_fs(self.url)
        except ImportError:
            raise UsageError(
                f"Nothing that is installed opens {self}.",
                f'Run: pip install "{_EXTRAS.get(scheme, "csmkit[distributed]")}"',
            ) from None
        except Exception as error:  # some libraries connect here, and have errors of their own
            raise UsageError(
                f"{self} is no place that can be opened ({self._reason(error)}).",
                "Give a folder, or a URL such as s3://bucket/folder.",
            ) from None
        self._root = str(root).rstrip("/")
        if not self._root and scheme != "memory":
            raise UsageError(f"{self} names no folder.", "Give one, such as s3://bucket/folder.")

    def __str__(self) -> str:
        """The URL as messages name it."""
        return shown(self.url)

    def write(self, name: str, data: bytes) -> None:
        """Put a file; one of that name is replaced."""
        with self._told("written"):
            self._files.pipe_file(self._path(name), data)

    def read(self, name: str) -> bytes | None:
        """What a file holds; None if there is none."""
        with self._told("read"), suppress(FileNotFoundError):
            return bytes(self._files.cat_file(self._path(name)))
        return None

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        with self._told("read"):
            self._files.invalidate_cache()
            return bool(self._files.exists(self._path(name)))

    def names(self, folder: str) -> list[str]:
        """The names of the files of a folder; none if there is no such folder."""
        with self._told("read"), suppress(FileNotFoundError):
            self._files.invalidate_cache()
            found: list[dict[str, Any]] = self._files.ls(self._path(folder), detail=True)
            return sorted(Path(one["name"]).name for one in found if one["type"] == "file")
        return []

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        with self._told("removed"), suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Whatever a storage's library raises, as one sentence."""
        try:
            yield
        except Exception as error:  # each library has errors of its own, with no common base
            raise UsageError(
                f"Files at {self} cannot be {what} ({self._reason(error)}).",
                "Look at the address, the rights and keys in the environment, and the connection.",
            ) from None

    def _reason(self, error: Exception) -> str:
        """What a library says; only the error's kind where it may repeat what is not shown."""
        said = next(iter(str(error).splitlines()), "") if self.url == str(self) else ""
        return said or type(error).__name__
