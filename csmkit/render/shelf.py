"""The folder of a pack: where finished packets are put, plain or encrypted, and what goes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from csmkit.render.encrypted import ENDING, neutral, seal
from csmkit.render.private import close_folder, make_folder, write_whole
from csmkit.render.recipients import Recipients

_SLUG = re.compile(r"-[0-9a-f]{6}$")


class Shelf:
    """A pack's folder, made if it is not there; a context that leaves no unfinished file.

    Parameters
    ----------
    out : Path
        The folder.
    private : bool
        Whether what is written is for the owner only.
    recipients : Recipients, optional
        Whose packet opens with which passphrase: with it every packet is an encrypted archive.

    Raises
    ------
    UsageError
        If the folder cannot be made.
    """

    def __init__(
        self, out: Path, *, private: bool = True, recipients: Recipients | None = None
    ) -> None:
        self.out, self.private, self.recipients = out, private, recipients
        self.packets = make_folder(out / "packets", private=private)
        # Here a file is written until it is whole: never where packets are looked for.
        self._work = make_folder(out / ".unfinished", private=private)
        if private:
            close_folder(self.packets)

    @property
    def ending(self) -> str:
        """How the file ends that an index points to."""
        return ENDING if self.recipients else ".html"

    def place(
        self, slug: str, who: str, files: Mapping[str, bytes], *, failed: bool = False
    ) -> None:
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

        Raises
        ------
        UsageError
            If it cannot be written.
        """
        if self.recipients:
            name = f"{slug}{'.failed' if failed else ''}{ENDING}"
            phrase = self.recipients.passphrase(who)
            inside = neutral(files, slug)
            seal(inside, self.packets / name, phrase, private=self.private, work=self._work)
            self.remove(slug, but=[name])
            return
        for name, data in files.items():
            write_whole(self.packets / name, data, private=self.private, work=self._work)
        self.remove(slug, but=files)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the pack as a whole: the index, the manifest."""
        path = self.out / name
        write_whole(path, text.encode("utf-8"), private=self.private, work=self._work)
        return path

    def remove(self, slug: str, *, but: Collection[str] = ()) -> None:
        """Remove what an earlier run left under a packet's name."""
        for old in self.packets.glob(f"{slug}.*"):
            # A file somebody has open cannot be removed on Windows; the manifest says what holds.
            with suppress(OSError):
                if old.name not in but:
                    old.unlink()

    def keep_only(self, slugs: Collection[str]) -> None:
        """Remove packets of people who are not in the pack any more; other files are left alone."""
        for path in self.packets.iterdir():
            slug = path.name.split(".")[0]
            if slug not in slugs and _SLUG.search(slug):
                with suppress(OSError):
                    path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
