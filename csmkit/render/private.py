"""Files and folders for their owner only, from the moment they are made; files whole or not."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from csmkit.errors import UsageError

_OWNER_FILE, _OWNER_FOLDER = 0o600, 0o700
_ANY_FILE, _ANY_FOLDER = 0o666, 0o777
_LONGEST_NAME = 80


def make_folder(path: Path, *, private: bool = True) -> Path:
    """Make a folder, and those above it that are missing.

    Parameters
    ----------
    path : Path
        The folder. If it is there, it stays as it is; see `close_folder`.
    private : bool
        Whether only the owner may open what is made (0700, whatever the umask); else the umask
        says who may. On Windows a private folder is for the owner and administrators, with what
        will be in it, if Python is 3.11.10, 3.12.4, 3.13 or later.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        If a file is in the way, or the folder cannot be made.
    """
    try:
        missing = [part for part in (path, *path.parents) if not part.is_dir()]
        for part in reversed(missing):
            _make_one(part, private)
    except FileExistsError as error:
        raise UsageError(
            f"{error.filename} is a file, and a folder is needed there.", "Name another folder."
        ) from None
    except OSError as error:
        raise UsageError(
            f"The folder {path} cannot be made ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None
    return path


def close_folder(path: Path) -> None:
    """Keep others out of a folder of the kit's own that is there already (0700).

    Where rights mean nothing (some network shares and USB drives) it stays as it was, and
    `others_may_open` says so. On Windows nothing changes.
    """
    with suppress(OSError):
        path.chmod(_OWNER_FOLDER)


def write_whole(
    path: Path,
    data: bytes,
    *,
    private: bool = True,
    work: Path | None = None,
    durable: bool = False,
) -> None:
    """Write a file that is there whole or not at all; one of that name is replaced.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes
        What it holds.
    private : bool
        Whether only the owner may read it (0600, whatever the umask), while it is written too;
        else the umask says who may. On Windows a file is as open as the folder it is made in.
    work : Path, optional
        The folder for the unfinished file, on the same disk; the file's own, if not given.
    durable : bool
        Whether to wait until the disk has it.

    Raises
    ------
    UsageError
        If it cannot be written. Nothing is left behind then, and the older file stays.
    """
    name = f".{path.name[:_LONGEST_NAME]}.{secrets.token_hex(4)}.unfinished"
    unfinished = (work or path.parent) / name
    try:
        _fill(unfinished, data, private, durable)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}).",
            "Choose a folder you may write to, on a disk with room, and close what has it open.",
        ) from None
    finally:
        with suppress(OSError):
            unfinished.unlink()


def others_may_open(path: Path) -> bool:
    """Whether the rights of a file or folder let anybody but its owner in.

    False where they cannot be told, as on Windows.
    """
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _make_one(folder: Path, private: bool) -> None:
    try:
        folder.mkdir(mode=_OWNER_FOLDER if private else _ANY_FOLDER)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        if private:
            close_folder(folder)


def _fill(path: Path, data: bytes, private: bool, durable: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, _OWNER_FILE if private else _ANY_FILE), "wb") as file:
        if private:
            # A umask may have taken rights of the owner too.
            with suppress(OSError):
                path.chmod(_OWNER_FILE)
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
