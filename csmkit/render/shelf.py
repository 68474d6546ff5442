"""The place of a pack: where finished packets are put, plain or encrypted, and what goes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Self

from csmkit.errors import CsmkitError
from csmkit.render.encrypted import ENDING, neutral, sealed
from csmkit.render.recipients import Recipients
from csmkit.render.storage import PACKETS, storage_of

_SLUG = re.compile(r"-[0-9a-f]{6}$")
_SHARED = re.compile(r"charts-[0-9a-f]{16}\.js")


class Shelf:
    """A pack's place, made if it is not there; a context that leaves no unfinished file.

    Parameters
    ----------
    out : str or Path
        A folder, or a URL such as ``s3://bucket/pack``.
    private : bool
        Whether what is written to a folder is for the owner only. At a URL the storage's own
        rights hold.
    recipients : Recipients, optional
        Whose packet opens with which passphrase: with it every packet is an encrypted archive.

    Raises
    ------
    UsageError
        If the folder cannot be made, or nothing installed opens the URL.
    """

    def __init__(
        self, out: str | Path, *, private: bool = True, recipients: Recipients | None = None
    ) -> None:
        self.recipients = recipients
        self._storage = storage_of(out, private=private)
        self._storage.open()
        self._names = set(self._storage.names(PACKETS))

    @property
    def where(self) -> str:
        """The folder or URL, as messages name it."""
        return str(self._storage.at("")).rstrip("/")

    @property
    def ending(self) -> str:
        """How the file ends that an index points to."""
        return ENDING if self.recipients else ".html"

    @property
    def failed_ending(self) -> str:
        """How the file ends that holds what is left of a packet that failed."""
        return ENDING if self.recipients else ".ipynb"

    def place(
        self, slug: str, who: str, files: Mapping[str, bytes], *, failed: bool = False
    ) -> dict[str, str]:
        """Put one person's packet where it belongs, and remove what was under its name before.

        Parameters
        ----------
        slug : str
            The packet's name: its files are called so.
        who : str
            The person's id.
        files : mapping of str to bytes
            What each file holds, by name.
        failed : bool
            Whether it is what is left of a packet that failed.

        Returns
        -------
        dict of str to str
            The SHA-256 of each file that was put there, for `holds`.

        Raises
        ------
        UsageError
            If it cannot be written.
        """
        if self.recipients:
            archive = f"{slug}{'.failed' if failed else ''}{ENDING}"
            files = {archive: sealed(neutral(files, slug), self.recipients.passphrase(who))}
        digests = self.add(files)
        self.remove(slug, but=files)
        return digests

    def add(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write plain files of packets, and touch no others.

        Parameters
        ----------
        files : mapping of str to bytes
            What each file holds, by name.

        Returns
        -------
        dict of str to str
            As of `place`.
        """
        for name, data in files.items():
            self._storage.write(f"{PACKETS}/{name}", data)
            self._names.add(name)
        return {name: sha256(data).hexdigest() for name, data in files.items()}

    def holds(self, files: Mapping[str, str]) -> bool:
        """Whether files that were put here are here, and as they were.

        Parameters
        ----------
        files : mapping of str to str
            What `place` gave; no file at all is not held.
        """
        return bool(files) and all(
            name in self._names and self._digest(name) == digest for name, digest in files.items()
        )

    def key(self, who: str) -> str:
        """What opens a person's packet; empty where it is not encrypted."""
        return self.recipients.passphrase(who) if self.recipients else ""

    def read(self, name: str) -> bytes | None:
        """What a file of the pack holds; None if there is none."""
        return self._storage.read(name)

    def write(self, name: str, data: bytes) -> str | Path:
        """Write a file of the pack as a whole: the index, the manifest.

        Returns
        -------
        str or Path
            Where it is: a path in a folder, else a URL.
        """
        self._storage.write(name, data)
        return self._storage.at(name)

    def remove(self, slug: str, *, but: Collection[str] = ()) -> None:
        """Remove what an earlier run left under a packet's name."""
        self._remove(n for n in self._names if n.startswith(f"{slug}.") and n not in but)

    def keep_only(self, slugs: Collection[str]) -> None:
        """Remove packets of people who are not in the pack any more; other files are left alone."""
        named = [(name, name.split(".")[0]) for name in self._names]
        self._remove(n for n, slug in named if slug not in slugs and _SLUG.search(slug))

    def remove_plain(self) -> None:
        """Remove what an earlier run left that was not encrypted: of everybody, before anything."""
        self._remove(
            n for n in self._names if not n.endswith(ENDING) and _SLUG.search(n.split(".")[0])
        )

    def remove_unneeded(self, folder: str, *, but: Collection[str] = ()) -> None:
        """Remove what pages of an earlier run shared and no page names any more.

        Parameters
        ----------
        folder : str
            Where it is in the pack; other files there are left alone.
        but : collection of str
            What stays, whether a page names it or not.
        """
        # Where it cannot be read what a page needs, all stays.
        with suppress(OSError, CsmkitError):
            there = self._storage.names(folder)
            old = {name for name in there if _SHARED.fullmatch(name) and name not in but}
            for name in old - self._named(old):
                self._storage.remove(f"{folder}/{name}")

    def _named(self, files: Collection[str]) -> set[str]:
        """Those of some files that pages name; pages are read until all are found."""
        found: set[str] = set()
        for page in sorted(name for name in self._names if name.endswith(".html")):
            if found.issuperset(files):
                break
            data = self._read(page)
            found.update(name for name in files if name.encode() in data)
        return found

    def _digest(self, name: str) -> str:
        # What cannot be read is not held, and made again.
        with suppress(OSError, CsmkitError):
            return sha256(self._read(name)).hexdigest()
        return ""

    def _read(self, name: str) -> bytes:
        return self._storage.read(f"{PACKETS}/{name}") or b""

    def _remove(self, names: Iterable[str]) -> None:
        for name in list(names):
            self._storage.remove(f"{PACKETS}/{name}")
            self._names.discard(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._storage.close()
