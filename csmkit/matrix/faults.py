"""What is wrong with a matrix file: remarks with their line, and the error that lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from csmkit.errors import CsmkitError

_LISTED = 100


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark on a matrix file.

    Attributes
    ----------
    severity : str
        error: the file is not used; warning: it is, and reads less well than it could.
    line : int
        The line in the file, from 1; 0 for the file as a whole.
    competency, field : str
        Where in the file; empty for what belongs to no competency or field.
    message, remedy : str
        What is wrong, and what to write.
    """

    severity: Literal["error", "warning"]
    line: int
    competency: str
    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.competency, self.field)))
        where = f"line {self.line}" if self.line else "the file"
        told = f"{where} ({place})" if place else where
        return f"{told}: {self.message} {self.remedy}".strip()


class MatrixError(CsmkitError):
    """A matrix file that is not valid; ``remarks`` has every fault with its line."""

    def __init__(self, name: str, remarks: Iterable[Remark]) -> None:
        self.remarks = tuple(sorted(remarks, key=lambda r: r.line))
        many = len(self.remarks)
        listed = "\n".join(f"  - {remark}" for remark in self.remarks[:_LISTED])
        if many > _LISTED:
            listed += f"\n  - and {many - _LISTED:,} more, which check_matrix lists."
        count = "1 fault" if many == 1 else f"{many:,} faults"
        super().__init__(
            f"The matrix {name} has {count}:\n{listed}\n", "Correct the file and read it again."
        )


def error(line: int, message: str, remedy: str, *, competency: str = "", field: str = "") -> Remark:
    """A fault that keeps a file from being used."""
    return Remark("error", line, competency, field, message, remedy)


def nearest(name: str, choices: Iterable[str]) -> str:
    """``Did you mean 'x'?`` for the choice nearest to a name, or nothing if none is near."""
    hit = get_close_matches(name.lower(), list(choices), n=1, cutoff=0.6)
    return f"Did you mean {hit[0]!r}?" if hit else ""
