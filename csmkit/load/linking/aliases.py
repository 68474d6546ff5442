"""Other names of people, as the map gives them; and people who may be one, for the map to say."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.load.findings import (
    ASIDE,
    FILE,
    LISTED,
    ROW,
    SOURCE,
    Severity,
    finding,
    findings_at,
    join_findings,
)
from csmkit.load.linking.mentions import GIVEN, resolver_of
from csmkit.load.linking.people import owner_id
from csmkit.load.linking.person_names import login_key, name_keys
from csmkit.load.maps.pairs import followed, toml_line

_OWN_TEXTS = ("person_id", "email", GIVEN, "name")


def apply_aliases(
    people: pd.DataFrame, aliases: Mapping[str, str], *, listed: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People with the other names that the map gives them.

    A name that is a person of its own in the table makes the two one: its row is set aside, and
    all it is called by means the other.

    Parameters
    ----------
    people : DataFrame
        People with ids, one row each.
    aliases : mapping of str to str
        Another name, and the id, mail or name of its person.
    listed : bool
        Whether the export has a list of people; without one, who is named here is added.
    """
    if not aliases:
        return people, join_findings([])
    pairs, circles = followed(aliases)
    found = [
        _fault(
            f"In [aliases], {' = '.join(map(repr, circle))} goes round in a circle; none is used.",
            circle[0],
        )
        for circle in circles
    ]
    frame = people.reset_index(drop=True)
    if "aliases" not in frame:
        frame["aliases"] = pd.Series(None, index=frame.index, dtype="str")
    for other, target in pairs.items():
        ids, _ = resolver_of(frame).meaning(target)
        if len(ids) > 1:
            what = f"[aliases] says {other!r} is {target!r}, and several people are called so."
            found.append(_fault(what, target))
            continue
        if not ids and listed:
            what = f"[aliases] says {other!r} is {target!r}, who is not in the people table."
            found.append(_fault(what, target))
            continue
        if not ids:
            frame = pd.concat([frame, _made(target, other)], ignore_index=True)
            ids = {owner_id(target)}
        frame, more = _called(frame, other, next(iter(ids)))
        found.append(more)
    return frame, join_findings(found)


def _called(people: pd.DataFrame, other: str, person: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People of whom one has another name, and with it all names of a row that means the same."""
    same, _ = resolver_of(people).meaning(other)
    texts, found = [other], []
    if len(same) == 1 and same != {person}:
        row = people[people["person_id"].isin(same)].iloc[0]
        texts += [str(row[c]) for c in _OWN_TEXTS if c in people and pd.notna(row[c])]
        texts += str(row["aliases"]).split(";") if pd.notna(row["aliases"]) else []
        people = people[~people["person_id"].isin(same)]
        if pd.notna(row[ROW]):
            found.append(
                finding(
                    "info",
                    "person_merged",
                    f"The map says that {other!r} is {person!r}. {ASIDE}",
                    "Nothing; take the line out of [aliases] if they are two people.",
                    table="people",
                    file=str(row[FILE]),
                    row=int(row[ROW]),
                    column="person_id",
                    value=str(row["person_id"]),
                )
            )
    mine = people["person_id"].eq(person)
    there = people.loc[mine, "aliases"].iloc[0]
    names = [*(str(there).split(";") if pd.notna(there) else []), *texts]
    joined = ";".join(dict.fromkeys(name.strip() for name in names))
    aliases = people["aliases"].astype("str").mask(mine, joined)
    return people.assign(aliases=aliases).reset_index(drop=True), join_findings(found)


def _made(target: str, other: str) -> pd.DataFrame:
    name = other if "@" in target and " " in other else target
    made = {
        "person_id": owner_id(target),
        "name": name,
        "email": target.lower() if "@" in target else None,
        "role": "csm",
        GIVEN: target,
        FILE: "",
        ROW: pd.NA,
        SOURCE: 0,
    }
    return pd.DataFrame([made])


def _fault(what: str, value: str, severity: Severity = "error") -> pd.DataFrame:
    return finding(
        severity,
        "alias_unknown",
        what,
        "Correct the line in [aliases]: another name = the id, mail or name of the person.",
        table="people",
        value=value,
    )


def possible_doubles(people: pd.DataFrame) -> pd.DataFrame:
    """People who look like one: a name without a mail, and a mail whose login is that name.

    They are kept apart; the finding says what to write in the map if they are one.
    """
    logins: dict[str, list[str]] = {}
    named = people["name"].astype("str")
    for person, name in zip(people["person_id"], named, strict=True):
        if "@" in person and (name.casefold() == person.casefold() or " " not in name):
            logins.setdefault(login_key(person), []).append(person)
    found: list[tuple[str, str]] = []
    for person, name in zip(people["person_id"], named, strict=True):
        if "@" in person or not logins:
            continue
        for key in name_keys(name):
            for mail in logins.get(key, []):
                found.append((name, mail))
    first = found[:LISTED]
    return findings_at(
        [None] * len(found),  # type: ignore[list-item]
        severity="warning",
        kind="maybe_same_person",
        table="people",
        column="person_id",
        message=[
            f"{name!r} and {mail!r} may be one person. They are kept apart, each with a packet of"
            " their own."
            for name, mail in first
        ],
        remedy=[
            f"If they are one, write in the map:\n[aliases]\n{toml_line(name, mail)}"
            for name, mail in first
        ],
        value=[f"{name}, {mail}" for name, mail in first],
    )
