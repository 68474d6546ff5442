"""Where a pack is kept: a folder of this machine, or a place that a URL leads to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from csmkit.errors import UsageError
from csmkit.places import Place, located
from csmkit.render.private import close_folder, make_folder, write_whole

PACKETS = "packets"


class Storage(Protocol):
    """What a pack asks of where it is kept; names are relative to the pack, with ``/``.

    Raises
    ------
    UsageError
        From each method but `remove` and `close` of a folder, if what is there cannot be used.
    """

    def open(self) -> None:
        """Be ready for files."""

    def write(self, name: str, data: bytes) -> None:
        """Put a file, whole or not at all."""

    def read(self, name: str) -> bytes | None:
        """What a file holds; None if there is none."""

    def names(self, folder: str) -> list[str]:
        """The names of the files of a folder; none if there is no such folder."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there and can be removed."""

    def at(self, name: str) -> str | Path:
        """Where a file of the pack is found."""

    def close(self) -> None:
        """Leave no unfinished file."""


class Folder:
    """A pack's folder on a disk.

    Parameters
    ----------
    path : Path
        The folder; made by `open` if it is not there.
    private : bool
        Whether what is written is for the owner only.
    """

    def __init__(self, path: Path, *, private: bool) -> None:
        self._path, self._private = path, private
        # Here a file is written until it is whole: never where packets are looked for.
        self._work = path / ".unfinished"

    def open(self) -> None:
        """Make what is missing, and keep others out of the packets."""
        packets = make_folder(self._path / PACKETS, private=self._private)
        make_folder(self._work, private=self._private)
        if self._private:
            close_folder(packets)

    def write(self, name: str, data: bytes) -> None:
        """Put a file, whole or not at all."""
        path = self._path / name
        make_folder(path.parent, private=self._private)
        write_whole(path, data, private=self._private, work=self._work)

    def read(self, name: str) -> bytes | None:
        """What a file holds; None if there is none."""
        with _readable(self._path / name) as path:
            return path.read_bytes()
        return None

    def names(self, folder: str) -> list[str]:
        """The names of the files of a folder; none if there is no such folder."""
        with _readable(self._path / folder) as path:
            return sorted(one.name for one in path.iterdir() if one.is_file())
        return []

    def remove(self, name: str) -> None:
        """Remove a file; on Windows one that somebody has open stays."""
        with suppress(OSError):
            (self._path / name).unlink()

    def at(self, name: str) -> Path:
        """The path of a file of the pack."""
        return self._path / name

    def close(self) -> None:
        """Leave no unfinished file."""
        shutil.rmtree(self._work, ignore_errors=True)


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    """Leave the block where there is no such thing; whatever else is in the way is told."""
    try:
        yield path
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror or error}).",
            "Look at its rights, or choose another folder for the pack.",
        ) from None


class Remote(Place):
    """A pack behind a URL. Rights are the storage's own: ``private`` changes nothing."""

    def open(self) -> None:
        """Nothing is made beforehand: a folder there is no more than the start of a name."""

    def at(self, name: str) -> str:
        """The URL of a file of the pack."""
        return f"{str(self).rstrip('/')}/{name}"

    def close(self) -> None:
        """Nothing is unfinished: a file there is put as a whole."""


def storage_of(out: str | Path, *, private: bool = True) -> Storage:
    """Where a pack is kept, and nothing made there yet.

    Parameters
    ----------
    out : str or Path
        A folder, or a URL such as ``s3://bucket/pack``.
    private : bool
        Whether what is written to a folder is for the owner only.

    Raises
    ------
    UsageError
        If nothing installed opens such a URL.
    """
    where = located(out)
    return Folder(where, private=private) if isinstance(where, Path) else Remote(where)
