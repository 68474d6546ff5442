"""Looks through a finished pack again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.places import located, shown
from csmkit.render.encrypted import ENDING, unsealed
from csmkit.render.manifest import read_manifest
from csmkit.render.own_words import own_words
from csmkit.render.packet import template
from csmkit.render.recipients import passphrases_file, read_recipients
from csmkit.render.storage import PACKETS, storage_of
from csmkit.scan.scanner import Scanner


def known_manifest(folder: str | Path) -> dict[str, Any]:
    """The manifest of a pack that is there.

    Raises
    ------
    UsageError
        If there is none.
    """
    manifest = read_manifest(folder)
    if not manifest:
        raise UsageError(
            f"{shown(folder)} holds no pack.", "Name what was given to csmkit render --out."
        )
    return manifest


def scan_pack(
    cycle: Cycle,
    folder: str | Path,
    *,
    recipients: str | Path | None = None,
    notebook: str | Path | None = None,
    matrix: Matrix | None = None,
) -> dict[str, list[str]]:
    """Look through a finished pack for what belongs to somebody else.

    Parameters
    ----------
    cycle : Cycle
        The team the pack was made from.
    folder : str or Path
        The pack's folder, or its URL.
    recipients : str or Path, optional
        The passphrases of an encrypted pack; those kept beside it if not given.
    notebook : str or Path, optional
        The template it was made with; the kit's own if not given. Its words are not names.
    matrix : Matrix, optional
        The matrix it was made with; the kit's own if not given.

    Returns
    -------
    dict of str to list of str
        Per file with a leak, what was found; empty when the pack is clean.

    Raises
    ------
    UsageError, UnreadableInput
        If there is no pack, or an archive of it does not open.
    """
    where = located(folder)
    manifest, storage = known_manifest(where), storage_of(where)
    words = own_words(template(Path(notebook) if notebook else None))
    scanner = Scanner(cycle, ordinary=words + (matrix.text if matrix else ""))
    owner = {entry["slug"]: entry["person_id"] for entry in manifest["packets"]}
    known = None
    if manifest.get("encrypted"):
        file = recipients or passphrases_file(where)
        known = read_recipients(file, cycle, people=owner.values(), out=where, one_each=False)
    found = {}
    for name in storage.names(PACKETS):
        slug = name.split(".")[0]
        if slug not in owner:
            found[name] = ["a file that is in no manifest: whose it is cannot be told"]
            continue
        files = {name: storage.read(f"{PACKETS}/{name}") or b""}
        if known is not None and not name.endswith(ENDING):
            found[name] = ["a file of an encrypted pack that is not encrypted"]
            continue
        if known is not None:
            files = unsealed(files[name], known.passphrase(owner[slug]), name=name)
        packet = scanner.packet(owner[slug])
        if leaks := dict.fromkeys(leak for file in files.items() for leak in packet.leaks(*file)):
            found[name] = list(leaks)
    return found
