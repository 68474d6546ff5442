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
        if not path.parent.is_dir():
            raise refused("lint", "no_folder", folder=path.parent)
        self.path = path
        self._known = self._held()

    @property
    def text(self) -> str | None:
        """What the file held when it was last read or written; None if there was none."""
        return None if self._known is None else self._known.decode("utf-8-sig")

    def keep(self, text: str) -> str:
        """Write the text if it is another than the file has, and say when.

        Returns
        -------
        str
            The time of day, ``14:03:21``.

        Raises
        ------
        UsageError
            If the file was changed by somebody else meanwhile, or cannot be written. It stays as it
            is then.
        """
        data = text.encode("utf-8")
        there = self._held()
        if there != data:
            if there != self._known:
                raise refused("lint", "changed", name=self.path.name)
            write_whole(self.path, data, durable=True)
        self._known = data
        return f"{datetime.now():%H:%M:%S}"

    def _held(self) -> bytes | None:
        try:
            data = self.path.read_bytes()
            data.decode("utf-8-sig")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise refused("lint", "no_text", name=self.path.name) from None
        return data
