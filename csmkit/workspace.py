"""Whose data a notebook shows: what its first cell names, else ``cycle.toml``, else the sample."""

from __future__ import annotations

import dataclasses
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from filecmp import cmpfiles
from pathlib import Path
from typing import TYPE_CHECKING

from csmkit.errors import UsageError
from csmkit.resources import resource
from csmkit.settings import SCORES, Settings, settings_of

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store
    from csmkit.view.table import Notice

PERIOD = "2026-01-01:2026-06-30"
"""The sample team's review period."""
_SAID = {"cycle.toml", "map.toml"}


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
    store : str or None
        Where panels save to, there yet or not; None where nothing says.
    matrix : str or None
        A company's own matrix, if the export's ``cycle.toml`` names one.
    workspace : Path or None
        The folder of the ``cycle.toml`` that named the export.
    sample : bool
        Whether it is the sample team, for want of another.
    """

    export: str
    map: str | None = None
    period: str | None = None
    scores: str | None = None
    store: str | None = None
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
        from csmkit.store.roles import part_seen

        with open_store(self.scores, create=False) as store:
            laid = store.overlay(cycle)
            part = part_seen(store, cycle)
        return dataclasses.replace(laid, notes=(*laid.notes, part)) if part else laid

    def open_store(self) -> Store:
        """The store that panels save to.

        It is the export's own: what its ``cycle.toml`` names, else ``scores.db`` beside that file;
        for an export that no ``cycle.toml`` names, ``NAME.scores.db`` beside the export, NAME with
        its ending. For the sample team it is a file that is gone when the kernel stops.

        Raises
        ------
        StoreError
            If it cannot be opened.
        UsageError
            If nothing says where it is.
        """
        from csmkit.store.open import open_store

        if self.sample:
            folder = tempfile.TemporaryDirectory(prefix="csmkit-")
            store = open_store(Path(folder.name) / SCORES)
            weakref.finalize(store, _end, store.database.close, folder)
            return store
        if self.store is None:
            raise UsageError(
                f"Nothing says where the scores of {_last(self.export)} are.",
                'Name both in a cycle.toml: export = "..." and scores = "...".',
            )
        return open_store(self.store)

    def read_matrix(self) -> Matrix:
        """The matrix that the export's ``cycle.toml`` names, else the kit's own."""
        from csmkit.matrix.read import read_matrix

        return read_matrix(self.matrix)

    def whose(self, cycle: Cycle | None = None, *, mask: bool = False) -> Notice:
        """In short: whose data this is, of which period, of how many people, masked or not.

        It also says what must be known of the scores: the cycle's ``notes``, and whether some were
        given by another version of the matrix.

        Parameters
        ----------
        cycle : Cycle, optional
            What was read; without it the number of people is left out.
        mask : bool
            Whether names are masked below.
        """
        from csmkit.matrix.versions import matrix_note
        from csmkit.view.tables import note

        told = [self._named()]
        told.append(str(cycle.period) if cycle else (self.period or "no period yet"))
        if cycle:
            told.append(f"{len(cycle.subjects)} people with a packet")
            told.append("names masked" if mask else "names shown")
        said = f"{', '.join(told)}."
        if self.scores is not None:
            said += f" Scores: the export’s, and those saved in {_last(self.scores)}."
        if cycle:
            noted = (*cycle.notes, matrix_note(cycle, self.read_matrix()))
            said += "".join(f" {sentence}" for sentence in noted if sentence)
        if self.sample:
            said += (
                " It is shown because no export is named: write yours into the first cell, or into"
                " cycle.toml of the workspace."
            )
        held_back = cycle is not None and bool(cycle.notes)
        return note(said, kind="caution" if self.sample or held_back else "info")

    def _named(self) -> str:
        if self.sample:
            return "Sample team, made up"
        of = f" of the workspace {self.workspace.name}" if self.workspace else ""
        whose = "The sample team, made up, in" if _is_sample(self.export) else "Your export"
        return f"{whose} “{_last(self.export)}”{of}"

    def _repr_html_(self) -> str:
        return self.whose()._repr_html_()

    def __repr__(self) -> str:
        return repr(self.whose())


def find_export(export: str = "", *, map: str = "", period: str = "") -> Source:
    """What a notebook is to read: what it names, else what ``cycle.toml`` names, else the sample.

    As on the command line, what is not given is taken from ``cycle.toml``: that of the current
    folder or the nearest folder above. Its paths start at its own folder. So does a path that is
    given here, where the current folder has nothing of that name. What a ``cycle.toml`` says of the
    export it names (map, period, scores, matrix) is not taken for another: that has a
    ``cycle.toml`` of its own in it or above it, or nothing is said of it.

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
    here = Settings.at(home)
    where = here.found(export) if export else here.path("export")
    if where is None:
        sample = str(resource("data_samples") / "clean")
        return Source(sample, map or None, period or here.text("period") or PERIOD, sample=True)
    said = settings_of(where, here)
    return Source(
        where,
        here.found(map) if map else said.path("map"),
        period or said.text("period"),
        scores=said.scores,
        store=said.store,
        matrix=said.path("matrix"),
        workspace=None if export else home,
    )


def _end(close: Callable[[], None], folder: tempfile.TemporaryDirectory[str]) -> None:
    close()
    folder.cleanup()


def _is_sample(export: str) -> bool:
    """Whether a folder holds the sample team's files and no others: as `csmkit new` makes it."""
    folder, sample = Path(export), Path(str(resource("data_samples") / "clean"))
    ours = {file.name for file in sample.glob("*.csv")}
    if "://" in export:
        return False
    if {file.name for file in folder.glob("[!.]*")} - _SAID != ours:
        return False
    return not any(cmpfiles(folder, sample, ours, shallow=False)[1:])


def _last(text: str) -> str:
    """The last part of a path; of a URL what is no secret."""
    if "://" in text:
        return text.split("@")[-1].split("?")[0]
    return Path(text).name
