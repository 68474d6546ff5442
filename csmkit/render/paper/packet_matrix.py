"""The last part of the packet on paper: the matrix, levels, checks, limits, where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from csmkit.bias.apart import apart_from_manager, raters_apart
from csmkit.bias.context import team_checks
from csmkit.compute.limits import cannot_tell, provenance
from csmkit.cycle import Book
from csmkit.matrix.cited import without_item_note
from csmkit.matrix.levels import levels_given
from csmkit.matrix.standing import matrix_standing
from csmkit.matrix.versions import matrix_note
from csmkit.render.paper.packet_blocks import Block, Room, cut, heading, note, pairs, table, texts
from csmkit.text import clean, count_of
from csmkit.view.lines import names_of
from csmkit.view.tables import table_rows

_SAID_IN_SHORT = ("cannot tell", "not computable")
_NAMES = 8
_OF_MATRIX = {
    "Pillar": "32mm",
    "Competency": "1fr",
    "Dated items cited": "16mm",
    "Items on file": "13mm",
    "Not asked of the role, because": "1.2fr",
}


def scored(book: Book, room: Room) -> Iterator[Block]:
    """What people gave: an overall level, and a colour for each competency."""
    said = texts()["matrix"]
    yield heading(said["title"], said["hint"])
    if told := matrix_note(book):
        yield note(told)
    yield heading(said["levels"], level=3)
    yield table(table_rows(levels_given(book), view="levels"), room)
    given = matrix_standing(book)
    shown = table_rows(given, view="matrix", limit=room.matrix)
    widths = [_OF_MATRIX.get(head.text, "auto") for head in shown.heads]
    yield table(shown, room, widths=widths, left=len(given) - room.matrix, letters=True)
    if len(given):
        yield note(texts()["legend_matrix"])
    if told := without_item_note(book):
        yield note(told)


def to_talk_about(book: Book) -> Iterator[Block]:
    """Competencies that two people see two colours apart."""
    said = texts()["matrix"]
    own = [clean(name) for name in apart_from_manager(book).get("competency", [])]
    others = [clean(names) for names in raters_apart(book).get("competencies", []) if clean(names)]
    several = [name for names in others for name in names.split(" · ")]
    if own or several:
        yield heading(said["apart"], level=3)
    if own:
        yield note(said["apart_own"].format(names=names_of(own, _NAMES)))
    if several:
        yield note(said["apart_raters"].format(names=names_of(several, _NAMES)))


def checked(book: Book, room: Room) -> Iterator[Block]:
    """The checks on the team's scores: those that found something, and which could not tell."""
    said = texts()["matrix"]
    yield heading(said["checks"], said["checks_hint"])
    checks = team_checks(book)
    told = checks[~checks["verdict"].isin(_SAID_IN_SHORT)] if len(checks) else checks
    if len(told) or checks.empty:
        shown, whole = table_rows(told, view="checks"), replace(room, letters=_SENTENCES)
        yield table(shown, whole, widths=_OF_CHECKS[: len(shown.heads)])
    for verdict in _SAID_IN_SHORT:
        mute = checks[checks["verdict"] == verdict] if len(checks) else checks
        if len(mute):
            key = verdict.replace(" ", "_")
            names = names_of(map(clean, mute["label"]), _NAMES)
            yield note(said[f"{key}_checks"].format(names=names))


_OF_CHECKS = ("26mm", "24mm", "2fr", "26mm", "1.5fr")
_SENTENCES = 900


def limits(book: Book, room: Room) -> Iterator[Block]:
    """What the data cannot tell, and where all this comes from."""
    said = texts()["matrix"]
    lacking = cannot_tell(book)
    yield heading(said["limits"], said["limits_hint"] if len(lacking) else "")
    if lacking.empty:
        yield note(said["limits_none"])
    else:
        shown = table_rows(lacking, limit=room.rows)
        yield table(shown, room, widths=["1fr"] * len(shown.heads), left=len(lacking) - room.rows)
    yield heading(said["origin"], level=3)
    # A file each is for whoever works the figures out again: the page has them with their digests.
    files = {f"File {file.name}" for file in book.provenance.files}
    facts = provenance(book)
    items = [
        (clean(item), clean(value))
        for item, value in zip(facts["item"], facts["value"], strict=True)
        if item not in files
    ]
    if files:
        told = said["files"].format(files=count_of(len(files), "file"))
        items.append((said["files_title"], told))
    yield pairs([(item, cut(value, 2 * room.letters)) for item, value in items])
    yield note(texts()["page"])
