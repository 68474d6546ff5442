"""One file for its owner, in the form that its name ends with: whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from csmkit.errors import UsageError
from csmkit.render.private import write_whole

T = TypeVar("T")


def write_one(
    what: T,
    forms: Mapping[str, Callable[[T], bytes]],
    *,
    out: str | Path,
    replace: bool,
    refused: Callable[..., UsageError],
) -> Path:
    """Write something that people go on working on.

    Parameters
    ----------
    what : object
        What is written.
    forms : mapping of str to callable
        By the end of the name, such as ``.docx``, what makes the bytes.
    out : str or Path
        The file; its folder must be there.
    replace : bool
        Whether a file of that name may go that holds something else.
    refused : callable
        Makes the refusal for ``ending``, ``is_folder``, ``folder``, ``open`` or ``there``.

    Raises
    ------
    UsageError
        What ``refused`` makes. Nothing is left behind then.
    """
    path = Path(out)
    make = forms.get(path.suffix.lower())
    if make is None:
        raise refused("ending", name=path.name)
    if path.is_dir():
        raise refused("is_folder", path=path)
    if not path.parent.is_dir():
        raise refused("folder", folder=path.parent)
    for lock in locks_of(path):
        if lock.exists():
            raise refused("open", path=path, lock=lock.name)
    data = make(what)
    if path.exists() and not replace and not _holds(path, data):
        raise refused("there", path=path)
    write_whole(path, data)
    return path


def locks_of(path: Path) -> Iterator[Path]:
    """The files that Word and LibreOffice keep beside a document while it is open.

    Outside Windows an open document can be replaced, and what is typed in it is lost in silence.
    """
    name, stem = path.name, path.stem
    yield path.with_name(f".~lock.{name}#")
    # Word writes over the first two letters of a name, one of a name of seven, none of a short one.
    yield path.with_name(f"~${name[min(max(len(stem) - 6, 0), 2) :]}")


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
