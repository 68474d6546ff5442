"""A text that a panel keeps in a file of its own, never over what somebody else wrote there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from csmkit.panels.texts import refused
from csmkit.render.private import write_whole


class KeptText:
    """A text file for its owner only.

    Parameters
    ----------
    path : Path
        The file; it need not be there yet, its folder must.

    Raises
    ------
    UsageError
        If it is no text file, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        # A link stays one: what it leads to is written.
        self.path = path.resolve()
        if not self.path.parent.is_dir():
            raise refused("lint", "no_folder", folder=path.parent)
        self._held()

    def text(self) -> str | None:
        """What the file holds; None if there is none."""
        return self._held()

    def keep(self, text: str, *, instead_of: str) -> str:
        """Write the text, if the file has what it is made from, and say when.

        Parameters
        ----------
        text : str
            What it shall hold.
        instead_of : str
            What whoever wrote the text had before them.

        Returns
        -------
        str
            The time of day, ``14:03:21``.

        Raises
        ------
        UsageError
            If the file holds neither of the two, or cannot be written. It stays as it is then.
        """
        there = self._held()
        if there not in (None, text, instead_of):
            raise refused("lint", "changed", name=self.path.name)
        if there != text:
            write_whole(self.path, text.encode("utf-8"), durable=True)
        return f"{datetime.now():%H:%M:%S}"

    def _held(self) -> str | None:
        try:
            return lines_ended(self.path.read_bytes().decode("utf-8-sig"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise refused("lint", "no_text", name=self.path.name) from None


def lines_ended(text: str) -> str:
    """Text with the ends of lines that a field on a page has: places are counted in it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
