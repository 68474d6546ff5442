"""Whose data a notebook shows: what its first cell names, else ``cycle.toml``, else the sample."""

from __future__ import annotations

import tempfile
import tomllib
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from csmkit.errors import UsageError
from csmkit.resources import resource

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store
    from csmkit.view.table import Notice

FILE = "cycle.toml"
PERIOD = "2026-01-01:2026-06-30"
"""The sample team's review period."""
SCORES = "scores.db"


@dataclass(frozen=True, slots=True)
class Source:
    """An export and how to read it; as the last line of a notebook's cell it says whose it is.

    Attributes
    ----------
    export : str
        A folder, a file, a zip, or the URL of a database.
    map : str or None
        The column map; ``map.toml`` in the export if None.
    period : str or None
        START:END; None where nothing names one.
    scores : str or None
        The score file or the URL of a database, if there is one.
    matrix : str or None
        A company's own matrix, if ``cycle.toml`` names one.
    workspace : Path or None
        The folder of the ``cycle.toml`` that named the export.
    sample : bool
        Whether it is the sample team, for want of another.
    """

    export: str
    map: str | None = None
    period: str | None = None
    scores: str | None = None
    matrix: str | None = None
    workspace: Path | None = None
    sample: bool = False

    def read(self) -> Cycle:
        """The export as a cycle, with the scores that panels saved laid over it.

        Raises
        ------
        UsageError
            If nothing names a period.
        """
        from csmkit.load.read import read_export

        if self.period is None:
            raise UsageError(
                "Nothing says what the period is.",
                'Write it into the first cell, period = "2026-01-01:2026-06-30", or into'
                " cycle.toml.",
            )
        cycle = read_export(self.export, map=self.map, period=self.period)
        if self.scores is None:
            return cycle
        from csmkit.store.open import open_store

        with open_store(self.scores, create=False) as store:
            return store.overlay(cycle)

    def open_store(self) -> Store:
        """The store that panels save to: `scores`, else ``scores.db`` beside ``cycle.toml``.

        For the sample team it is a file that is gone when the kernel stops.

        Raises
        ------
        StoreError
            If it cannot be opened.
        """
        from csmkit.load.cache import workspace
        from csmkit.store.open import open_store

        if self.scores is not None:
            return open_store(self.scores)
        if self.sample:
            folder = tempfile.TemporaryDirectory(prefix="csmkit-")
            store = open_store(Path(folder.name) / SCORES)
            weakref.finalize(store, _end, store.database.close, folder)
            return store
        home = self.workspace or workspace(Path.cwd()) or Path.cwd()
        return open_store(_placed(setting(settings(home / FILE), "scores") or SCORES, home))

    def read_matrix(self) -> Matrix:
        """The matrix that ``cycle.toml`` names, else the kit's own."""
        from csmkit.matrix.read import read_matrix

        return read_matrix(self.matrix)

    def whose(self, cycle: Cycle | None = None, *, mask: bool = False) -> Notice:
        """One sentence: whose data this is, of which period, of how many people, masked or not.

        Parameters
        ----------
        cycle : Cycle, optional
            What was read; without it the number of people is left out.
        mask : bool
            Whether names are masked below.
        """
        from csmkit.view.tables import note

        told = [self._named()]
        told.append(str(cycle.period) if cycle else (self.period or "no period yet"))
        if cycle:
            told.append(f"{len(cycle.subjects)} people with a packet")
            told.append("names masked" if mask else "names shown")
        said = f"{', '.join(told)}."
        if self.scores is not None:
            said += f" Scores: the export’s, and those saved in {_last(self.scores)}."
        if self.sample:
            said += (
                " It is shown because no export is named: write yours into the first cell, or into"
                " cycle.toml of the workspace."
            )
        return note(said, kind="caution" if self.sample else "info")

    def _named(self) -> str:
        if self.sample:
            return "Sample team, made up"
        of = f" of the workspace {self.workspace.name}" if self.workspace else ""
        return f"Your export “{_last(self.export)}”{of}"

    def _repr_html_(self) -> str:
        return self.whose()._repr_html_()

    def __repr__(self) -> str:
        return repr(self.whose())


def find_export(export: str = "", *, map: str = "", period: str = "") -> Source:
    """What a notebook is to read: what it names, else what ``cycle.toml`` names, else the sample.

    As on the command line, each of the three that is not given is taken from ``cycle.toml``: that
    of the current folder or the nearest folder above. Its paths start at its own folder. So does a
    path that is given here, where the current folder has nothing of that name.

    Parameters
    ----------
    export : str
        A folder, a file, a zip, or the URL of a database; blank: not named here.
    map : str
        The column map; blank: not named here.
    period : str
        START:END; blank: not named here.

    Returns
    -------
    Source
        What to read. Without any export it is the sample team.

    Raises
    ------
    UsageError
        If ``cycle.toml`` cannot be read.

    Examples
    --------
    >>> import csmkit as ck
    >>> cycle = ck.find_export().read()  # doctest: +SKIP
    """
    from csmkit.load.cache import workspace

    home = workspace(Path.cwd())
    said = settings(home / FILE) if home else {}

    def chosen(name: str, given: str) -> str | None:
        if given:
            here = home is None or "://" in given or Path(given).exists()
            beside = None if here or home is None else home / given
            return str(beside) if beside and beside.exists() else given
        return _placed(setting(said, name), home)

    where = chosen("export", export)
    when = period or setting(said, "period")
    if where is None:
        sample = str(resource("data_samples") / "clean")
        return Source(sample, map or None, when or PERIOD, sample=True)
    return Source(
        where,
        chosen("map", map),
        when,
        scores=_scores(said, home),
        matrix=_placed(setting(said, "matrix"), home),
        workspace=None if export else home,
    )


def settings(path: Path) -> dict[str, Any]:
    """What a ``cycle.toml`` says; nothing where there is none.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    if not path.exists():
        return {}
    try:
        # Windows' Notepad puts a mark before the first character.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"cycle.toml cannot be read: {error}.", "Correct that line.") from None


def setting(said: dict[str, Any], name: str) -> str | None:
    """One entry of ``cycle.toml``, or None where it has none.

    Raises
    ------
    UsageError
        If it is no text.
    """
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(
            f"In cycle.toml, {name} is {value!r}, which is no text.",
            f'Write it between quotes: {name} = "...".',
        )
    return value


def _end(close: Callable[[], None], folder: tempfile.TemporaryDirectory[str]) -> None:
    close()
    folder.cleanup()


def _scores(said: dict[str, Any], home: Path | None) -> str | None:
    """The workspace's scores, where there are any yet."""
    if home is None:
        return None
    where = _placed(setting(said, "scores") or SCORES, home)
    return where if where and ("://" in where or Path(where).exists()) else None


@overload
def _placed(text: str, home: Path | None) -> str: ...
@overload
def _placed(text: str | None, home: Path | None) -> str | None: ...
def _placed(text: str | None, home: Path | None) -> str | None:
    """A path of ``cycle.toml``, which starts at its folder; a URL as it is."""
    if text is None or home is None or "://" in text:
        return text
    return str(home / Path(text).expanduser())


def _last(text: str) -> str:
    """The last part of a path; of a URL what is no secret."""
    if "://" in text:
        return text.split("@")[-1].split("?")[0]
    return Path(text).name
