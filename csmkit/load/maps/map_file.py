"""The map's file while somebody works on it: written whole, the old one kept, never in silence."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from csmkit.errors import UsageError
from csmkit.load.sources.files import Export

MAP_NAME = "map.toml"


@dataclass
class MapFile:
    """A map's file, and what it held when it was last looked at.

    Attributes
    ----------
    path : Path
        The file; it need not exist.
    seen : str
        The hash of what it held when it was opened or saved; empty if there was no file.
    """

    path: Path
    seen: str = ""

    @classmethod
    def at(cls, path: Path) -> MapFile:
        """The file as it is now."""
        return cls(path, _hash(path))

    @property
    def exists(self) -> bool:
        """Whether there is such a file now."""
        return self.path.is_file()

    @property
    def changed(self) -> bool:
        """Whether somebody else wrote or removed the file since it was opened or saved here."""
        return _hash(self.path) != self.seen

    def write(self, text: str) -> Path | None:
        """Write the map; the file it replaces is kept beside it as ``.bak``.

        Returns
        -------
        Path, optional
            The copy of what was there before, if there was a file.

        Raises
        ------
        UsageError
            If it cannot be written; the old file is then as it was.
        """
        old = self.path.with_name(f"{self.path.name}.bak")
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        had = self.exists
        try:
            if had:
                shutil.copyfile(self.path, old)
            new.write_bytes(text.encode("utf-8"))
            new.replace(self.path)
        except OSError as fault:
            new.unlink(missing_ok=True)
            raise UsageError(
                f"The map {self.path} cannot be written ({fault.strerror or fault}).",
                "Choose a folder you may write to.",
            ) from None
        self.seen = _hash(self.path)
        return old if had else None


def map_beside(export: Export) -> Path:
    """Where an export's own map is: `csmkit.read_export` finds it there without being told."""
    if not export.path.exists():
        # A database server has no folder.
        return Path(MAP_NAME)
    folder = export.path if export.path.is_dir() else export.path.parent
    return folder / MAP_NAME


def free_name(path: Path) -> Path:
    """A name beside ``path`` that no file has: map-1.toml, map-2.toml ..."""
    number = 1
    while (free := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return free


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
