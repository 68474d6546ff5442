"""Whose packet opens with which passphrase: read from a file, or made and kept beside the pack."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from csmkit.cycle import Cycle
from csmkit.errors import UnreadableInput, UsageError
from csmkit.places import shown
from csmkit.render.encrypted import LONGEST, SHORTEST, passphrase_fault
from csmkit.render.private import make_folder, write_whole
from csmkit.tabular import safe_text

LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Letters of a made passphrase: none that is taken for another, or for a digit."""
GROUPS, GROUP = 5, 4
"""A made passphrase has five groups of four letters: 90 bits."""
_WHO = ("person_id", "email", "mail")
_PHRASE = "passphrase"
_LARGEST = 5_000_000


@dataclass(frozen=True)
class Recipients:
    """The passphrase of each person's packet; shows none of them when it is shown.

    Attributes
    ----------
    file : Path
        Where they stand.
    """

    file: Path
    _passphrases: Mapping[str, str] = field(repr=False)

    def passphrase(self, person_id: str) -> str:
        """What opens one person's packet.

        Raises
        ------
        UsageError
            If there is none.
        """
        if person_id not in self._passphrases:
            raise UsageError(
                f"{self.file} has no passphrase for {person_id}.",
                "Add a line with the id or mail and a passphrase.",
            )
        return self._passphrases[person_id]


def read_recipients(
    path: str | Path,
    cycle: Cycle,
    *,
    people: Iterable[str],
    out: str | Path,
    one_each: bool,
) -> Recipients:
    """Read a file of passphrases that somebody wrote.

    Parameters
    ----------
    path : str or Path
        A CSV file (commas, semicolons or tabs; UTF-8) with the columns ``person_id`` (or ``email``)
        and ``passphrase``. Further columns are left alone.
    cycle : Cycle
        The team.
    people : iterable of str
        Ids of those whose packets are made: each must have a passphrase.
    out : str or Path
        The pack's folder, where the file must not be; or its URL.
    one_each : bool
        Whether no two people may have the same passphrase, as with packets they read themselves.

    Returns
    -------
    Recipients
        The passphrases by id.

    Raises
    ------
    UnreadableInput
        If the file cannot be read as such a table.
    UsageError
        If it is in the pack, or a line of it will not do. No message repeats a passphrase.
    """
    path = Path(path)
    if isinstance(out, Path):
        _outside(path, out)
    ids = {safe_text(who): str(who) for who in cycle.table("people")["person_id"]}
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, who, phrase in _checked(path):
        person = ids.get(who) or _found(cycle, who, path, line)
        if person in found:
            raise UsageError(
                f"Line {line} of {path}: {person} has a passphrase already.", "Keep one of them."
            )
        if one_each and phrase in lines:
            raise UsageError(
                f"Lines {lines[phrase]} and {line} of {path} have the same passphrase, so two"
                " people could open each other's packet.",
                "Give each their own.",
            )
        found[person], lines[phrase] = phrase, line
    recipients = Recipients(path, found)
    for person in people:
        recipients.passphrase(person)
    return recipients


def make_recipients(people: Iterable[str], *, out: str | Path) -> Recipients:
    """Make a passphrase for each person, and keep them in a file beside the pack.

    Parameters
    ----------
    people : iterable of str
        Ids of those whose packets are made.
    out : Path or str
        The pack's folder, or its URL. The file is `passphrases_file`; whoever has a passphrase
        there keeps it, so that archives handed out earlier open with what they opened with.

    Returns
    -------
    Recipients
        The passphrases by id.

    Raises
    ------
    UnreadableInput, UsageError
        If the file that is there cannot be read or written, or the pack is behind a URL.
    """
    path = passphrases_file(out)
    people = list(people)
    kept = {who: phrase for _, who, phrase in _checked(path)} if path.exists() else {}
    new = {safe_text(p): make_passphrase() for p in people if safe_text(p) not in kept}
    held = kept | new
    if new:
        make_folder(path.parent)
        write_whole(path, _as_csv(held), durable=True)
    return Recipients(path, {person: held[safe_text(person)] for person in people})


def passphrases_file(out: str | Path) -> Path:
    """Where made passphrases stand: in a folder of their own, beside the pack's.

    Raises
    ------
    UsageError
        If the pack is behind a URL: nothing is kept beside it.
    """
    if isinstance(out, str):
        raise UsageError(
            f"Passphrases are kept beside a pack, and {shown(out)} is not on this machine.",
            "Write them into a file of your own, and give it with --recipients.",
        )
    whole = out.resolve()
    return whole.parent / f"{whole.name}-passphrases" / "passphrases.csv"


def make_passphrase() -> str:
    """Five groups of four letters drawn by chance, joined by hyphens."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def _found(cycle: Cycle, who: str, path: Path, line: int) -> str:
    try:
        return str(cycle.person(who)["person_id"])
    except UsageError:
        # No cell is repeated: where columns are swapped, this one is a passphrase.
        raise UsageError(
            f"Line {line} of {path} names nobody in this export, or more than one.",
            "Write the id or mail as the export has it, under person_id.",
        ) from None


def _outside(path: Path, out: Path) -> None:
    if path.resolve().is_relative_to(out.resolve()):
        raise UsageError(
            f"{path} is in the pack's folder, and passphrases do not go with what they open.",
            "Keep it elsewhere, or choose another folder for the pack.",
        )


def _checked(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, person and passphrase, each line looked through."""
    for line, who, phrase in _rows(path):
        if not who:
            raise UsageError(
                f"Line {line} of {path} names nobody.", "Add the id or mail, or remove the line."
            )
        fault = passphrase_fault(phrase) if phrase else "is missing"
        if fault:
            raise UsageError(
                f"Line {line} of {path}: the passphrase {fault}.",
                f"Use {SHORTEST} to {LONGEST} plain letters and digits, drawn by chance, or let"
                " csmkit make passphrases.",
            )
        yield line, who, phrase


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    text = _text(path)
    lines = StringIO(text, newline="")
    delimiter = max(",;\t", key=lines.readline().count)
    lines.seek(0)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        who = next((header.index(name) for name in _WHO if name in header), -1)
        if who < 0 or _PHRASE not in header:
            raise UnreadableInput(
                f"The first line of {path} does not name the columns person_id and passphrase.",
                "Make the first line: person_id,passphrase",
            )
        phrase = header.index(_PHRASE)
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise UsageError(
                    f"Line {reader.line_num} of {path} has {len(cells)} cells, and the first line"
                    f" {len(header)}.",
                    "Put a passphrase with a comma, semicolon or tab in quotation marks.",
                )
            yield reader.line_num, cells[who], cells[phrase]
    except csv.Error:
        raise UnreadableInput(
            f"Line {reader.line_num} of {path} has quotation marks that do not close.",
            "Write a quotation mark inside quotation marks twice.",
        ) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise UnreadableInput(
            f"The passphrases in {path} cannot be read ({error.strerror}).",
            "Give a CSV file with the columns person_id and passphrase.",
        ) from None
    try:
        if len(raw) > _LARGEST:
            raise ValueError
        return raw.decode("utf-8-sig")
    except ValueError:
        raise UnreadableInput(
            f"{path} is not a CSV file in UTF-8.",
            "Save it as “CSV UTF-8” with the columns person_id and passphrase.",
        ) from None


def _as_csv(passphrases: Mapping[str, str]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((_WHO[0], _PHRASE))
    writer.writerows(passphrases.items())
    return text.getvalue().encode("utf-8-sig")
