"""The deck that brings a matrix to a team: why, what, how it is scored, and what it is not for."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Any

from csmkit.errors import UsageError
from csmkit.matrix.matrix import COLOURS, LEVELS, Competency, Matrix
from csmkit.render.deck.blocks import Band, Block, Column, bullets
from csmkit.render.deck.slides import Slides
from csmkit.render.deck.texts import text_file
from csmkit.schema import PACKET_ROLES
from csmkit.text import count_of

_NARROWEST, _WIDEST, _NEARLY = 0.6, 1.5, 1.2
"""A column's width beside its neighbours', as a part of what each would have alike."""


def rollout_deck(matrix: Matrix, *, template: str | Path | None = None, role: str = "") -> bytes:
    """A deck for rolling out a matrix, as a PowerPoint file; it names no person.

    Parameters
    ----------
    matrix : Matrix
        The kit's or the company's own; any number of competencies and pillars.
    template : str or Path, optional
        A company's .pptx or .potx, whose look is taken; the kit's own look if not given.
    role : str, optional
        ``csm``, ``onboarding`` or ``cs_ops``: the matrix as it is meant for that role. If not
        given it is shown as it is written, with a slide of what differs by role.

    Returns
    -------
    bytes
        A .pptx file: titles in title placeholders, native tables, notes on each slide. The same
        matrix gives the same bytes; no author, time or path is in it.

    Raises
    ------
    UsageError
        If there is no such role, or the template cannot be used.

    Examples
    --------
    >>> from csmkit.matrix.read import read_matrix
    >>> rollout_deck(read_matrix())[:2]
    b'PK'
    """
    if role and role not in PACKET_ROLES:
        raise UsageError(
            f"There is no role {role!r}.", f"Give one of: {', '.join(PACKET_ROLES)}, or none."
        )
    shown = matrix.for_role(role) if role else matrix
    deck = Slides(_words()["title"].format(name=matrix.name or "Matrix"), template=template)
    _opening(deck, shown, role)
    for pillar in shown.pillars:
        _pillar(deck, shown, pillar)
    _levels(deck, shown)
    if not role:
        _roles(deck, shown)
    _scoring(deck, shown)
    _judging(deck)
    return deck.save()


def _words() -> Any:
    return text_file("rollout")


def _notes(name: str) -> str:
    return str(_words()["notes"][name])


def _counts(members: Sequence[Competency]) -> dict[str, str]:
    """How many competencies there are, and how many of them are scored."""
    many = len(members)
    return {
        "competencies": f"{many} {'competency' if many == 1 else 'competencies'}",
        "scored": str(sum(not one.not_expected for one in members)),
    }


def _all_scored(members: Sequence[Competency]) -> bool:
    return not any(one.not_expected for one in members)


def _opening(deck: Slides, matrix: Matrix, role: str) -> None:
    words, every = _words(), tuple(matrix)
    counts, whole = _counts(every), _all_scored(every)
    pillars = count_of(len(matrix.pillars), "pillar")
    told = counts["competencies"] if whole else words["words"]["scored_part"].format(**counts)
    subtitle = words["subtitle"].format(
        version=matrix.version or "–", pillars=pillars, competencies=told
    )
    if role:
        subtitle = words["subtitle_role"].format(subtitle=subtitle, role=words["words"][role])
    deck.title(words["title"].format(name=matrix.name), subtitle, _notes("cover"))
    why, reading = words["why"], words["reading"]
    deck.text(why["title"], [Block(why["lead"], "lead"), *bullets(*why["points"])], _notes("why"))
    groups = {
        pillar: [Block(_on_card(one)) for one in matrix if one.pillar == pillar]
        for pillar in matrix.pillars
    }
    deck.matrix(
        words["pillars"]["title"],
        groups,
        _notes("pillars"),
        lead=words["pillars"]["lead" if whole else "lead_part"].format(pillars=pillars, **counts),
    )
    marks = [Block(reading["marks"], "head"), Block(reading["marks_lead"])]
    for mark in (*COLOURS, "not_observed"):
        marks.append(Block(reading[mark], label=f"{words['words'][mark]}:", mark=mark))
    deck.two(reading["title"], bullets(*reading["left"]), marks, _notes("reading"), shares=(1.1, 1))


def _on_card(one: Competency) -> str:
    """A competency's name, and that it is not scored where that is so."""
    form = str(_words()["words"]["card_not_expected"])
    return form.format(name=one.name) if one.not_expected else one.name


def _pillar(deck: Slides, matrix: Matrix, pillar: str) -> None:
    members = [one for one in matrix if one.pillar == pillar]
    form = "pillar_lead" if _all_scored(members) else "pillar_lead_part"
    lead = _words()["words"][form].format(**_counts(members))
    deck.section(pillar, lead, "\n".join([_notes("pillar"), *(one.name for one in members)]))
    for one in members:
        deck.bands(one.name, competency_bands(one), _competency_notes(one))


def competency_bands(one: Competency) -> list[Band]:
    """What a competency's slide shows, in rows of columns; what the file leaves out is left out.

    Parameters
    ----------
    one : Competency
        As it is meant for a role, or as it is written.
    """
    words = _words()["words"]
    bands: list[Band] = [[Column([Block(one.about, "lead")])]]
    if one.not_expected:
        return [*bands, [Column([Block(words["not_expected"], "head"), one.not_expected])]]
    colours = [
        [Block(words[colour], "head", mark=colour), *bullets(*one.indicators(colour))]
        for colour in COLOURS
    ]
    strong = [Block(words["strong"], "head"), *bullets(*one.strong)] if one.strong else []
    notes = [
        Block(text, label=words[name])
        for name, text in (("ask", one.ask), ("practice", one.practice), ("progress", one.progress))
        if text
    ]
    coaching = [Block(words["coaching"], "head"), *notes] if notes else []
    levels = [
        Block(one.expected[level].text, label=words[level], mark=one.expected[level].colour)
        for level in LEVELS
        if level in one.expected
    ]
    expected = [Block(words["expected"], "head"), *levels] if levels else []
    below = [blocks for blocks in (strong, coaching, expected) if blocks]
    bands.append(_beside(colours, wash=True))
    return [*bands, _beside(below)] if below else bands


def _beside(columns: Sequence[Sequence[Block]], *, wash: bool = False) -> list[Column]:
    """Columns as wide as they have text, within limits, so that they end at about one height."""
    lengths = [sqrt(sum(len(one.prefix) + len(one.text) for one in blocks)) for blocks in columns]
    alike = sum(lengths) / len(lengths) or 1.0
    if max(lengths) < _NEARLY * min(lengths):
        lengths = [alike] * len(lengths)
    shares = [min(max(one / alike, _NARROWEST), _WIDEST) for one in lengths]
    return [Column(blocks, share, wash) for blocks, share in zip(columns, shares, strict=True)]


def _competency_notes(one: Competency) -> str:
    proofs = "; ".join(proof.what for proof in one.evidence)
    told = _words()["words"]["evidence"].format(proofs=proofs)
    return "\n".join([_notes("competency"), one.about, *([told] if proofs else [])])


def _levels(deck: Slides, matrix: Matrix) -> None:
    """The colour expected of each level; left out where the file expects nothing."""
    words = _words()
    rows: list[list[str | Block]] = []
    for one in matrix:
        if one.expected and not one.not_expected:
            rows.append([one.name, *(_expects(one, level) for level in LEVELS)])
    if rows:
        said = words["expected"]
        deck.table(
            said["title"],
            said["columns"],
            rows,
            _notes("expected"),
            widths=(2.2, 1, 1, 1),
            lead=said["lead"],
        )


def _expects(one: Competency, level: str) -> str | Block:
    words = _words()["words"]
    if level not in one.expected:
        return str(words["no_expected"])
    colour = one.expected[level].colour
    return Block(words[colour], mark=colour)


def _roles(deck: Slides, matrix: Matrix) -> None:
    words = _words()
    said = words["roles"]
    roles = [role for role in PACKET_ROLES if any(role in one.variants for one in matrix)]
    rows = [[one.name, *(_differs(one, role) for role in roles)] for one in matrix if one.variants]
    if rows:
        columns = [said["column"], *(words["words"][role] for role in roles)]
        deck.table(said["title"], columns, rows, _notes("roles"), lead=said["lead"])


def _differs(one: Competency, role: str) -> str:
    said = _words()["roles"]
    if role not in one.variants:
        return str(said["same"])
    reason = one.variants[role].get("not_expected", "")
    return str(said["absent"].format(reason=reason) if reason else said["own"])


def _scoring(deck: Slides, matrix: Matrix) -> None:
    words = _words()
    rules = bullets(*matrix.rules) if matrix.rules else (Block(words["words"]["no_rules"]),)
    deck.text(words["rules"]["title"], rules, _notes("rules"))
    said = words["scoring"]
    deck.two(said["title"], _listed(said, "left"), _listed(said, "right"), _notes("scoring"))
    for name, shares in (("meeting", (1, 5)), ("calendar", (1.4, 4.2, 1))):
        _table(deck, name, shares)


def _judging(deck: Slides) -> None:
    words = _words()
    _table(deck, "checks", (0.8, 1.5, 2.2, 1.5))
    said = words["cannot"]
    answers = [Block(text, label=label) for label, text in said["answers"]]
    deck.two(
        said["title"],
        bullets(*said["points"]),
        [Block(said["head"], "head"), *answers],
        _notes("cannot"),
    )
    said = words["refuses"]
    deck.two(said["title"], _listed(said, "left"), _listed(said, "right"), _notes("refuses"))


def _listed(said: Any, side: str) -> list[Block]:
    return [Block(said[f"{side}_head"], "head"), *bullets(*said[side])]


def _table(deck: Slides, name: str, widths: Sequence[float]) -> None:
    said = _words()[name]
    rows = [[Block(first, "head"), *others] for first, *others in said["rows"]]
    deck.table(said["title"], said["columns"], rows, _notes(name), widths=widths, lead=said["lead"])
