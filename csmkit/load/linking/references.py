"""Mentions of people in every table, resolved; rows that need a person and have none leave."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmkit.load.distinct import STR, as_category, decoded, spread, without_unused
from csmkit.load.findings import (
    ASIDE,
    FILE,
    LISTED,
    Severity,
    finding,
    findings_at,
    findings_of,
    join_findings,
)
from csmkit.load.linking.mentions import Mentions, Resolver
from csmkit.schema import TABLES

_OWNER = ("accounts", "owner")
_OUTSIDERS = {
    "opportunities": ("closed_by",),
    "escalations": ("resolved_by",),
    "decisions": ("authorised_by",),
}
"""Columns that name a person who may well be of another team: told once, not row by row."""
_HOW = {
    "login": "the part of their mail before @",
    "order": "their name, turned round",
    "accents": "their name without its accents",
}


def person_columns(table: str) -> tuple[str, ...]:
    """The columns of a table that name one person."""
    return tuple(
        c.name
        for c in TABLES[table].columns
        if (c.refers == "people.person_id" and table != "people")
        or (table, c.name) == _OWNER
        or c.name in _OUTSIDERS.get(table, ())
    )


def _files(frame: pd.DataFrame) -> pd.Series:
    return decoded(frame[FILE])


def link_people(
    name: str, frame: pd.DataFrame, resolver: Resolver
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with every mention of a person as a ``person_id``; columns may be ``category``.

    A name that several people have sets its row aside, as an error; an account stays, without an
    owner. Somebody who is not in the people table sets the row aside if the column is required,
    leaves an account without owner, and otherwise stays as the export writes it: the work was
    done, by nobody of the team. So do bots and queues, which are told apart.
    """
    found: list[pd.DataFrame] = []
    for column in person_columns(name):
        if column not in frame:
            continue
        said = resolver.resolve(frame[column])
        found += _told(name, column, said)
        required, blanked = TABLES[name][column].required, (name, column) == _OWNER
        several, unknown = said.several, said.unknown
        if several.any():
            result = "The account has no owner." if blanked else ASIDE
            found.append(
                _found(
                    name,
                    frame[several],
                    "ambiguous_person",
                    column,
                    f"Several people have this name. {result}",
                    "Name the person by mail or id.",
                    "error",
                )
            )
        if column in _OUTSIDERS.get(name, ()):
            others = unknown & ~said.nobody
            found += _outsiders(name, column, decoded(frame.loc[others, column]), _files(frame))
            found += _nobodies(name, column, frame[said.nobody])
        elif required or blanked:
            found.append(_unknown(name, column, frame[unknown & ~said.nobody], blanked))
            found.append(_nobody(name, column, frame[said.nobody], blanked))
        else:
            found += _strangers(name, column, frame[unknown & ~said.nobody])
            found += _nobodies(name, column, frame[said.nobody])
        ids = said.ids
        if not (required or blanked) and unknown.any():
            ids = ids.where(~unknown, decoded(frame[column]))
        frame = frame.assign(**{column: ids})
        away = (several & (not blanked)) | (unknown & required)
        frame = frame[~away] if away.any() else frame
    if name == "touchpoints" and "attendees" in frame:
        frame, more = _link_attendees(frame, resolver)
        found.append(more)
    if name == "targets" and "scope" in frame:
        scope = decoded(frame["scope"])
        frame = frame.assign(scope=resolver.resolve(scope).ids.fillna(scope))
    return frame, join_findings(found)


def _told(name: str, column: str, said: Mentions) -> Iterator[pd.DataFrame]:
    """One finding for each text that means a person in another way than by id, mail or name."""
    marked = [(t, person) for t, (person, how) in said.loose.items() if how == "mark"]
    others = [(t, person, how) for t, (person, how) in said.loose.items() if how != "mark"]
    yield findings_at(
        [None] * len(marked),  # type: ignore[list-item]
        severity="info",
        kind="inactive_person",
        table=name,
        column=column,
        message=[
            f"{text!r} is read as {person!r}: the mark says that they have left or are"
            " inactive. They still count for the time they worked."
            for text, person in marked[:LISTED]
        ],
        remedy="Nothing, if they are the same person.",
        value=[text for text, _ in marked[:LISTED]],
    )
    yield findings_at(
        [None] * len(others),  # type: ignore[list-item]
        severity="info",
        kind="person_matched",
        table=name,
        column=column,
        message=[
            f"{text!r} is read as {person!r}, by {_HOW[how]}; nobody else fits."
            for text, person, how in others[:LISTED]
        ],
        remedy="If it is somebody else, add them to the people table.",
        value=[text for text, _, _ in others[:LISTED]],
    )


def _unknown(name: str, column: str, rows: pd.DataFrame, blanked: bool) -> pd.DataFrame:
    result = "The account has no owner." if blanked else ASIDE
    return _found(
        name,
        rows,
        "unknown_person",
        column,
        f"Nobody in the people table has this id, mail or name. {result}",
        "Add the person, or say in the map's [aliases] who it is.",
    )


def _nobody(name: str, column: str, rows: pd.DataFrame, blanked: bool) -> pd.DataFrame:
    result = "The account has no owner." if blanked else ASIDE
    return _found(
        name,
        rows,
        "nobody_named",
        column,
        f"A queue, a bot or a word for nobody, and no person. {result}",
        "Nothing, if nobody owned it; if it is a person, add them to the people table.",
        "info",
    )


def _strangers(name: str, column: str, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """One finding for each person and file: a stranger may have a million rows."""
    yield from _by_text(
        name,
        column,
        rows,
        "warning",
        "unknown_person",
        "Nobody in the people table has this id, mail or name ({rows}). Kept as written; it counts"
        " for nobody of the team.",
        "Add the person, or say in the map's [aliases] who it is.",
    )


def _nobodies(name: str, column: str, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    yield from _by_text(
        name,
        column,
        rows,
        "info",
        "nobody_named",
        "A queue, a bot or a word for nobody, and no person ({rows}). Kept as written; it counts"
        " for nobody of the team.",
        "Nothing; if it is a person, add them to the people table.",
    )


def _by_text(
    name: str,
    column: str,
    rows: pd.DataFrame,
    severity: Severity,
    kind: str,
    message: str,
    remedy: str,
) -> Iterator[pd.DataFrame]:
    if rows.empty:
        return
    texts = decoded(rows[column])
    both = pd.DataFrame({"file": _files(rows), "text": texts})
    counts = both.value_counts(sort=False).reset_index()
    first = counts.head(LISTED)
    yield findings_at(
        [None] * len(counts),  # type: ignore[list-item]
        severity=severity,
        kind=kind,
        table=name,
        file=first["file"],
        column=column,
        message=[
            message.format(rows=f"{n:,} {'row' if n == 1 else 'rows'}") for n in first["count"]
        ],
        remedy=remedy,
        value=first["text"],
    )


def _outsiders(
    table: str, column: str, named: pd.Series, files: pd.Series
) -> Iterator[pd.DataFrame]:
    """One finding for each file of people outside the team, the most frequent ones as its value."""
    if named.empty:
        return
    for file, texts in named.groupby(files.reindex(named.index).to_numpy()):
        often = texts.value_counts()
        rows = texts.index.nunique()
        yield finding(
            "info",
            "unknown_person",
            f"{len(often):,} named in {column} ({rows:,} {'row' if rows == 1 else 'rows'})"
            f" {'is' if len(often) == 1 else 'are'} not in the people table. Kept as written;"
            " counted for nobody of the team.",
            "Nothing, if they are of another team or the customer's; else give them as aliases.",
            table=table,
            file=str(file),
            column=column,
            value=", ".join(often.index[:3]),
        )


def _link_attendees(frame: pd.DataFrame, resolver: Resolver) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Attendees as person ids; each list of them is read once, however often it occurs."""
    coded = without_unused(as_category(frame["attendees"]))
    lists = [_parts(str(text)) for text in coded.cat.categories]
    parts = pd.Series([p for several in lists for p in several], dtype=STR)
    numbers = [i for i, several in enumerate(lists) for _ in several]
    said = resolver.resolve(parts)
    ids = dict(zip(parts, said.ids.fillna(parts), strict=True))
    joined = [";".join(ids[p] for p in several) or None for several in lists]
    parts.index = pd.Index(numbers)
    unclear = pd.Series(range(len(lists))).isin(parts.index[said.several.to_numpy()])
    rows = frame[spread(coded, unclear)]
    found = [
        *_told("touchpoints", "attendees", said),
        _found(
            "touchpoints",
            rows.assign(attendees=decoded(rows["attendees"])),
            "ambiguous_person",
            "attendees",
            "Several people have the name of somebody here; kept as written.",
            "Name attendees by mail.",
        ),
    ]
    outside = parts[(said.unknown & ~said.nobody).to_numpy()]
    if len(outside):
        named = _each_row(coded, outside)
        found += _outsiders("touchpoints", "attendees", named, _files(frame))
    return frame.assign(attendees=spread(coded, pd.Series(joined, dtype=STR))), join_findings(found)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _each_row(coded: pd.Series, parts: pd.Series) -> pd.Series:
    """Parts of lists (by the list's number) for every row that holds the list."""
    codes = pd.DataFrame({"code": coded.cat.codes.to_numpy(), "row": coded.index})
    both = codes.merge(parts.rename("part"), left_on="code", right_index=True)
    return pd.Series(both["part"].to_numpy(), index=both["row"].to_numpy(), dtype=STR)


def _found(
    table: str,
    rows: pd.DataFrame,
    kind: str,
    column: str,
    message: str | pd.Series,
    remedy: str,
    severity: Severity = "warning",
) -> pd.DataFrame:
    return findings_of(
        table, rows, column, severity=severity, kind=kind, message=message, remedy=remedy
    )
