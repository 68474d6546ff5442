"""What a ``cycle.toml`` says, and of which export it says it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from csmkit.errors import UsageError

FILE = "cycle.toml"
SCORES = "scores.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is said of one export.

    Attributes
    ----------
    home : Path or None
        The folder of the ``cycle.toml``; None where none is of the export.
    said : mapping
        What it says.
    export : str
        The export, where no ``cycle.toml`` is of it.
    """

    home: Path | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    export: str = ""

    @classmethod
    def at(cls, folder: Path | None) -> Self:
        """What the ``cycle.toml`` of a folder says; nothing where there is none.

        Raises
        ------
        UsageError
            If it cannot be read.
        """
        if folder is None or not (folder / FILE).exists():
            return cls()
        return cls(folder, _read(folder / FILE))

    def text(self, name: str) -> str | None:
        """One entry as it is written, or None where it is not there.

        Raises
        ------
        UsageError
            If it is no text.
        """
        value = self.said.get(name)
        if value is not None and not isinstance(value, str):
            raise UsageError(
                f"In cycle.toml, {name} is {value!r}, which is no text.",
                f'Write it between quotes: {name} = "...".',
            )
        return value

    def path(self, name: str) -> str | None:
        """One entry that is a path, which starts at the folder; a URL as it is."""
        text = self.text(name)
        return None if text is None else self._placed(text)

    def found(self, given: str) -> str:
        """A path that somebody gave: as it is, or at the folder if it is there alone."""
        if self.home is None or "://" in given or Path(given).exists():
            return given
        beside = self.home / given
        return str(beside) if beside.exists() else given

    def names(self, export: str) -> bool:
        """Whether it says that it is of this export."""
        mine = self.path("export")
        return mine is not None and _same(mine, export)

    @property
    def store(self) -> str | None:
        """Where scores are kept, there yet or not; None where nothing says.

        ``scores`` of ``cycle.toml``, else ``scores.db`` beside it. Of an export without a
        ``cycle.toml``, ``NAME.scores.db`` beside the export, NAME with its ending.
        """
        if self.home is not None:
            return self.path("scores") or self._placed(SCORES)
        if not self.export or "://" in self.export:
            return None
        place = Path(self.export).expanduser().resolve()
        return str(place.with_name(f"{place.name}.{SCORES}"))

    @property
    def scores(self) -> str | None:
        """The store, if it is there; a database is taken to be."""
        where = self.store
        return where if where and ("://" in where or Path(where).exists()) else None

    def _placed(self, text: str) -> str:
        if self.home is None or "://" in text:
            return text
        return str(self.home / Path(text).expanduser())


def settings_of(export: str | None, here: Settings) -> Settings:
    """What is said of an export that is named: scores and matrix of another are not for it.

    Parameters
    ----------
    export : str or None
        What was named; None or blank for the one of ``here``.
    here : Settings
        Of the workspace one is in. It is of the export it names, or of any if it names none.

    Returns
    -------
    Settings
        ``here``, else of the ``cycle.toml`` in the export that names it, else of the nearest one
        above it, if that names it, else nothing.
    """
    if not export or here.names(export):
        return here
    if here.home is not None and here.text("export") is None:
        return here
    if "://" not in export:
        place = Path(export).expanduser().resolve()
        for folder in (place, *place.parents):
            if (folder / FILE).is_file():
                own = Settings.at(folder)
                if own.names(export):
                    return own
                if folder != place:
                    break
    return Settings(export=export)


def _same(one: str, other: str) -> bool:
    if "://" in one or "://" in other:
        return one == other
    return Path(one).expanduser().resolve() == Path(other).expanduser().resolve()


def _read(path: Path) -> dict[str, Any]:
    try:
        # Windows' Notepad puts a mark before the first character.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"cycle.toml cannot be read: {error}.", "Correct that line.") from None
