"""Packets in archives that open with a passphrase: zip files encrypted with AES-256 (WinZip's way).

Contents are encrypted and authenticated, each file by itself. Names, sizes and times of the files
inside are not encrypted: `neutral` takes people's names out of them.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

from csmkit.errors import UnreadableInput, UsageError
from csmkit.render.private import write_whole

ENDING = ".zip"
SHORTEST, LONGEST, FEWEST = 16, 99, 6
"""Characters of a passphrase: the fewest, the most that 7-Zip takes, and how many differ."""
LARGEST = 256 * 1024 * 1024
"""Bytes of one file that an archive may hold."""
ENTRY_KEPT = ("person_id", "slug", "status", "seconds", "inputs", "files")
MANIFEST_KEPT = ("inputs", "map", "period", "version", "attribution", "edition")
"""What the manifest of an encrypted pack says."""
_NEUTRAL = "packet"
_AES_256 = 3
_DAMAGE = (
    NotImplementedError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    zlib.error,
    struct.error,
)


def seal(
    files: Mapping[str, bytes],
    target: Path,
    passphrase: str,
    *,
    private: bool = True,
    work: Path | None = None,
) -> None:
    """Write files as one encrypted archive, whole or not at all; nothing plain touches the disk.

    Parameters
    ----------
    files : mapping of str to bytes
        What each file holds, by its name in the archive.
    target : Path
        The archive; one that is there is replaced.
    passphrase : str
        What opens it: 16 to 99 characters that are on every keyboard.
    private, work
        As of `csmkit.render.private.write_whole`.

    Raises
    ------
    UsageError
        If the passphrase will not do, the archive cannot be written, or pyzipper is not installed.
    ValueError
        If there is no file, or a name is not the plain name of one.
    """
    write_whole(target, sealed(files, passphrase), private=private, work=work)


def sealed(files: Mapping[str, bytes], passphrase: str) -> bytes:
    """The encrypted archive that `seal` writes."""
    library = _library()
    key = _key(passphrase)
    _check_names(files)
    buffer = BytesIO()
    with library.AESZipFile(
        buffer, "w", compression=library.ZIP_DEFLATED, encryption=library.WZ_AES
    ) as archive:
        archive.setpassword(key)
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def unseal(archive: Path, passphrase: str) -> dict[str, bytes]:
    """What an archive holds that `seal` wrote, by name; nothing is written to disk.

    Parameters
    ----------
    archive : Path
        The archive.
    passphrase : str
        What opens it.

    Raises
    ------
    UsageError
        If the passphrase does not open it, or pyzipper is not installed.
    UnreadableInput
        If it cannot be read, is no such archive, or was changed since it was written.
    """
    try:
        data = archive.read_bytes()
    except OSError as error:
        raise UnreadableInput(
            f"{archive} cannot be read ({error.strerror}).", "Give an archive that you may read."
        ) from None
    return unsealed(data, passphrase, name=archive.name)


def unsealed(archive: bytes, passphrase: str, *, name: str) -> dict[str, bytes]:
    """As `unseal`, of an archive that was read already; ``name`` is what messages call it."""
    library = _library()
    key = _key(passphrase)
    try:
        with library.AESZipFile(BytesIO(archive)) as opened:
            opened.setpassword(key)
            return {info.filename: _content(library, opened, info) for info in opened.infolist()}
    except (library.BadZipFile, *_DAMAGE):
        raise UnreadableInput(
            f"{name} is not an encrypted packet, or was changed after it was written.",
            "Get it anew, or render it again.",
        ) from None
    except RuntimeError:
        raise UsageError(
            f"The passphrase does not open {name}.",
            "Look whose passphrase it is, and type it with its hyphens.",
        ) from None


def neutral(files: Mapping[str, bytes], slug: str) -> dict[str, bytes]:
    """Files of a packet under names that say nothing of the person.

    Examples
    --------
    >>> sorted(neutral({"ana-lee-8e43ca.html": b"", "ana-lee-8e43ca.ipynb": b""}, "ana-lee-8e43ca"))
    ['packet.html', 'packet.ipynb']
    """
    return {f"{_NEUTRAL}{name.removeprefix(slug)}": data for name, data in files.items()}


def bare_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest as it is written beside encrypted packets: no amount, and no text of the data.

    Parameters
    ----------
    manifest : mapping
        As of `csmkit.render.manifest.manifest_of`.

    Returns
    -------
    dict
        What `MANIFEST_KEPT` names, ``encrypted``, and of each packet what `ENTRY_KEPT` names, which
        paper its PDF is for, and the bare fact of a failure for its ``error`` and ``pdf_error``.
    """
    return {
        **{key: manifest[key] for key in MANIFEST_KEPT},
        "encrypted": True,
        "packets": [bare_entry(entry) for entry in manifest["packets"]],
    }


def bare_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One packet's entry for the manifest and the index of an encrypted pack."""
    failed = entry["status"] == "failed"
    told = "It failed; csmkit render said why when it ran." if failed else entry["error"]
    bare = {**{key: entry[key] for key in ENTRY_KEPT if key in entry}, "error": told}
    if entry.get("paper"):
        bare["paper"] = entry["paper"]
    if entry.get("pdf_error"):
        bare["pdf_error"] = "It has no PDF; csmkit render said why when it ran."
    return bare


def passphrase_fault(passphrase: str) -> str:
    """Why a passphrase will not do, without repeating it; empty if it will."""
    if not (passphrase.isascii() and passphrase.isprintable()):
        return "has a sign that is not on every keyboard"
    if len(passphrase) < SHORTEST:
        return f"has fewer than {SHORTEST} characters"
    if len(passphrase) > LONGEST:
        return f"has more than {LONGEST} characters"
    if len(set(passphrase)) < FEWEST:
        return f"has fewer than {FEWEST} different characters"
    return ""


def _key(passphrase: str) -> bytes:
    if fault := passphrase_fault(passphrase):
        raise UsageError(
            f"The passphrase {fault}.", f"Use {SHORTEST} to {LONGEST} plain letters and digits."
        )
    return passphrase.encode("ascii")


def _content(library: ModuleType, archive: Any, info: Any) -> bytes:
    # Whoever adds a file of their own to an archive cannot encrypt it with its passphrase.
    ours = (_AES_256, library.ZIP_DEFLATED)
    if not info.flag_bits & 1 or (info.wz_aes_strength, info.compress_type) != ours:
        raise library.BadZipFile
    # The list of files is not authenticated: a smaller size there must not cut the file short.
    said, info.file_size = info.file_size, LARGEST + 1
    with archive.open(info) as file:
        data: bytes = file.read(LARGEST + 1)
    if len(data) != said:
        raise library.BadZipFile
    return data


def _check_names(files: Mapping[str, bytes]) -> None:
    seen = {unicodedata.normalize("NFC", name).casefold() for name in files}
    if not files or len(seen) < len(files):
        raise ValueError("An archive needs files, each with a name of its own.")
    for name in files:
        known = name.isprintable() and name.strip(" .") == name != ""
        if not known or any(sign in name for sign in '/\\:*?"<>|'):
            raise ValueError(f"{name!r} is not the plain name of a file.")


def _library() -> ModuleType:
    try:
        import pyzipper
    except ImportError:
        raise UsageError(
            "Encrypting packets needs pyzipper, which is not installed.",
            'Run: pip install "csmkit[encrypt]"',
        ) from None
    library: ModuleType = pyzipper
    return library
