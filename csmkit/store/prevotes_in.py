"""Raters' files of pre-votes taken into the meeting's store, and read by nobody on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.store.checked_file import read_checked
from csmkit.store.errors import Conflict, NotAllowed, StoreBusy
from csmkit.store.model import needed
from csmkit.store.prevotes_plan import PREVOTES, Plan
from csmkit.store.roles import refuse_reader_of_part
from csmkit.store.sent import ADDED, CHANGED, OLDER, SAME, refusal
from csmkit.text import clean, count_of

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

_TRIES = 3


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of `import_prevotes`: rows are counted, and no vote is told.

    Attributes
    ----------
    rater_id, name : str
        Whose they are.
    new, same, older : int
        Stored; there already; given before what is there, and left.
    """

    rater_id: str
    name: str
    new: int
    same: int
    older: int

    @property
    def told(self) -> str:
        """What came of it, in a sentence or two."""
        told = f"{count_of(self.new, 'pre-vote')} of {self.name} taken in."
        if self.same:
            told += f" {self.same:,} {_were(self.same)} there already."
        if self.older:
            told += f" {self.older:,} {_were(self.older)} older than what is there, and left."
        return told

    def __repr__(self) -> str:
        return self.told


def import_prevotes(
    store: Store, path: str | Path, *, cycle: Cycle, matrix: Matrix, who: str
) -> TakenIn:
    """Take a rater's file of pre-votes into the meeting's store, all of it or nothing.

    Taking a file in twice changes nothing. A later file of the same rater adds what changed; what
    is older than what the store has is left. No vote is told to whoever takes it in.

    Parameters
    ----------
    store : Store
        The meeting's store.
    path : str or Path
        A file that `export_prevotes` wrote.
    cycle : Cycle
        The meeting's cycle: the file must be of it, and of people in it.
    matrix : Matrix
        The matrix of the cycle: colours must have been given by it.
    who : str
        Who takes it in; each row keeps that beside whose vote it is.

    Raises
    ------
    UnreadableInput
        If it is no such file, too large, damaged, edited, or of a newer csmkit.
    ImportRefused
        If anything in it does not belong here, or it comes after the pre-votes were closed or
        revealed; ``findings`` lists everything that does not.
    NotAllowed
        If a server shows this login a part of the votes only: raters vote there with their own.
    StoreError
        If the store does not take it; then nothing of it was.
    """
    file, by = Path(path), needed("writer", who)
    _refuse_reader_of_part(store, cycle)
    content = read_checked(PREVOTES, file)
    for _ in range(_TRIES):
        plan = Plan(store, content, cycle, matrix, who=by)
        if faults := list(plan.faults()):
            raise refusal(file, faults, remedy=plan.remedy)
        try:
            plan.carry_out()
        except (IntegrityError, Conflict):
            # Somebody wrote the same cells meanwhile: look again.
            continue
        counts = Counter(plan.results)
        name = clean(cycle.person(plan.rater)["name"])
        new = counts[ADDED] + counts[CHANGED]
        return TakenIn(plan.rater, name, new, counts[SAME], counts[OLDER])
    raise StoreBusy(
        f"The store {store.where} is being written by others. Nothing of {file.name} was imported.",
        "Try again in a moment.",
    )


def prevote_files(paths: Iterable[str | Path]) -> list[Path]:
    """Files of pre-votes: those named, and all in the folders named.

    Raises
    ------
    UsageError
        If a folder has none.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        here = sorted(path.glob(f"*{PREVOTES.suffix}")) if path.is_dir() else [path]
        if not here:
            raise UsageError(
                f"The folder {path} has no file that ends in {PREVOTES.suffix}.",
                "Name the folder that the raters' files are in.",
            )
        found += here
    return list(dict.fromkeys(found))


def _refuse_reader_of_part(store: Store, cycle: Cycle) -> None:
    """Refuse who cannot see which votes are there already, and say how it is done on a server."""
    try:
        refuse_reader_of_part(store, cycle)
    except NotAllowed as error:
        raise NotAllowed(
            error.what,
            "On a server raters vote with logins of their own; only who made the store, or has the"
            " role owner, takes in files.",
        ) from None


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
