"""A job's folder as bytes, to be run where this machine's disks are not, and what comes back."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from csmkit.runner.jobs import Job, unfinished

FOLDER = "folder"
"""Where the job's folder is in a parcel; a template or a result from elsewhere lies beside it."""


class DamagedParcel(Exception):
    """What came is not as it was sent."""


def names(job: Job) -> tuple[str, str]:
    """What a job's template and its result are called within its parcel."""
    return _name(job, job.template, "template"), _name(job, job.result, "result")


def packed(job: Job) -> bytes:
    """Everything a job needs: the files of its folder, and its template."""
    files = {_name(job, path, ""): path for path in _files(job.folder)}
    files[names(job)[0]] = job.template
    return _zipped((name, path.read_bytes()) for name, path in files.items())


def unpack(parcel: bytes, root: Path) -> None:
    """Put the files of a parcel under a folder; a name that leads out of it stays inside."""
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        archive.extractall(root)


def changed(parcel: bytes, root: Path) -> bytes:
    """The files under a folder that are not as a parcel brought them, as a parcel."""
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        brought = {info.filename: info.CRC for info in archive.infolist()}
    found = ((path.relative_to(root).as_posix(), path.read_bytes()) for path in _files(root))
    return _zipped(item for item in found if brought.get(item[0]) != zlib.crc32(item[1]))


def take_back(parcel: bytes, job: Job, root: str) -> None:
    """Put what a run elsewhere made where the job says, for the owner only, the result last.

    Parameters
    ----------
    parcel : bytes
        From `changed`.
    job : Job
        With this machine's paths.
    root : str
        The folder it ran in. Where texts name it, they come to name the job's own.

    Raises
    ------
    DamagedParcel
        If it is not whole; nothing was put anywhere.
    OSError
        If a file cannot be written.
    """
    result, files = names(job)[1], _contents(parcel)
    for name in sorted(files, key=result.__eq__):
        target = job.result if name == result else _inside(job.folder, name)
        if target is not None:
            _put(target, at_home(files[name], job, root))


def _contents(parcel: bytes) -> dict[str, bytes]:
    """The files of a parcel, by name."""
    try:
        with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # of a damaged one zipfile raises whatever its parts do
        raise DamagedParcel from None


def at_home(text: bytes, job: Job, root: str) -> bytes:
    """A text in which the folder of a run elsewhere is called as the job calls it."""
    if b"\0" in text:
        return text
    there, here = f"{root}/{FOLDER}", str(job.folder.absolute())
    text = text.replace(there.encode(), here.encode())
    return text.replace(json.dumps(there)[1:-1].encode(), json.dumps(here)[1:-1].encode())


def _name(job: Job, path: Path, role: str) -> str:
    """A file's name in a parcel; ``role`` tells one from elsewhere from the others."""
    if path.is_relative_to(job.folder):
        return f"{FOLDER}/{path.relative_to(job.folder).as_posix()}"
    return f"{role}/{path.name}"


def _files(folder: Path) -> Iterator[Path]:
    # What a link leads to is not the folder's.
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def _inside(folder: Path, name: str) -> Path | None:
    """Where a file of the job's folder belongs; None for any other."""
    top, _, rest = name.partition("/")
    target = folder / rest
    within = target.resolve().is_relative_to(folder.resolve())
    return target if top == FOLDER and rest and within else None


def _put(target: Path, data: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = unfinished(target)
    beside.touch(mode=0o600)
    beside.write_bytes(data)
    beside.replace(target)
