"""Who is who: ids for people, one row each, from a list of people or from the owners named."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from csmkit.load.apply import PERSON_KEYS
from csmkit.load.findings import (
    ASIDE,
    FILE,
    LISTED,
    ROW,
    SOURCE,
    finding,
    findings_at,
    findings_of,
    join_findings,
)
from csmkit.load.linking.mentions import GIVEN, resolver_of
from csmkit.load.linking.person_names import folded, is_nobody, without_mark
from csmkit.names import slug_name


def person_id_of(mail: object, given: object, name: object) -> str:
    """A person's id: the lower-cased mail, else the id as given, else a slug of the name."""
    if isinstance(mail, str):
        return mail.lower()
    if isinstance(given, str):
        return given.lower() if "@" in given else given
    return slug_name(str(name)) or str(name)


def identify_people(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People with their ids; who is listed twice is set aside, with a finding."""
    frame = people.copy()
    for column in PERSON_KEYS:
        if column not in frame:
            frame[column] = pd.Series(None, index=frame.index, dtype="str")
    frame[GIVEN] = frame["person_id"]
    mail_as_id = frame["email"].isna() & frame["person_id"].str.contains("@").fillna(False)
    frame["email"] = frame["email"].fillna(frame["person_id"].where(mail_as_id)).str.lower()
    frame["name"] = frame["name"].fillna(frame["person_id"]).fillna(frame["email"])
    frame, marked = _without_marks(frame)
    ids = [
        person_id_of(mail, given, name)
        for mail, given, name in frame[["email", GIVEN, "name"]].itertuples(index=False)
    ]
    frame["person_id"] = pd.Series(ids, index=frame.index, dtype="str")
    again = frame["person_id"].duplicated()
    found = findings_of(
        "people",
        frame[again],
        "person_id",
        severity="warning",
        kind="duplicate_id",
        message=_which_counts(frame, again),
        remedy="Keep one row for each person; two people of one name need a mail each.",
    )
    return frame[~again].reset_index(drop=True), join_findings([marked, found])


def _without_marks(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    split = [without_mark(name) for name in people["name"]]
    marked = pd.Series([bool(mark) for _, mark in split], index=people.index, dtype="bool")
    found = findings_of(
        "people",
        people[marked],
        "name",
        severity="info",
        kind="inactive_person",
        message="The name is marked as inactive. The mark is taken off; the person still counts.",
        remedy="Nothing, if they owned accounts in the period; else leave them out of the file.",
    )
    names = pd.Series([name for name, _ in split], index=people.index, dtype="str")
    return people.assign(name=names), found


def _which_counts(people: pd.DataFrame, again: pd.Series) -> pd.Series:
    """What is said of each row that repeats a person: which row counts, and what differs."""
    shown = [c for c in people if c not in (FILE, ROW, SOURCE, GIVEN)]
    repeated = people[again].head(LISTED)
    there = people[~again & people["person_id"].isin(repeated["person_id"])]
    first = {row["person_id"]: row for row in there.to_dict("records")}
    said = []
    for row in repeated.to_dict("records"):
        kept = first[row["person_id"]]
        differ = [
            str(c)
            for c in shown
            if c != "person_id" and not (pd.isna(row[c]) and pd.isna(kept[c])) and row[c] != kept[c]
        ]
        what = f" and differs in {', '.join(differ)}" if differ else ""
        said.append(f"This person is in row {kept[ROW]} already{what}; row {kept[ROW]} counts.")
    return pd.Series(said, index=repeated.index, dtype="str") + f" {ASIDE}"


def people_from_owners(owners: Iterable[pd.Series]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People made from the owners that accounts and ownership name, for want of a people table.

    One mail in several cases, and one name in several cases, turned round or with and without
    accents, are one person. A name beside a mail is not: whether they are, the map says.
    """
    texts = [owner.dropna().astype("str").unique() for owner in owners]
    spellings: dict[str, list[str]] = {}
    for text in dict.fromkeys(t for several in texts for t in several):
        name, _ = without_mark(text)
        if not is_nobody(name):
            spellings.setdefault(owner_id(name), []).append(text)
    known = [_best_name([without_mark(t)[0] for t in several]) for several in spellings.values()]
    frame = pd.DataFrame(
        {
            "person_id": pd.Series(list(spellings), dtype="str"),
            "name": pd.Series(known, dtype="str"),
            "email": pd.Series([t.lower() if "@" in t else None for t in known], dtype="str"),
            "role": pd.Series(["csm"] * len(known), dtype="str"),
            GIVEN: pd.Series(known, dtype="str"),
        }
    )
    found = [_one_person([several for several in spellings.values() if _differ(several)])]
    if len(frame):
        found.append(
            finding(
                "warning",
                "owners_are_bare_ids",
                f"There is no people table: {len(frame):,} owners are shown as the export writes"
                " them, each as a CSM.",
                "Add a list of people (id or mail, name, role, manager, start date).",
                table="people",
                value=", ".join(known[:3]),
            )
        )
    frame[FILE], frame[ROW], frame[SOURCE] = "", pd.NA, 0
    return frame, join_findings(found)


def owner_id(text: str) -> str:
    """The id of a person of whom only one text is known: a mail, a name, or an id as it is."""
    if "@" in text:
        return text.lower()
    name = folded(text)
    return (slug_name(name) or name) if " " in name else text


def _best_name(names: list[str]) -> str:
    """The spelling to show: as people say it, and rather with accents than without."""
    return min(names, key=lambda n: ("," in n, n.isascii(), names.index(n)))


def _differ(spellings: list[str]) -> bool:
    """Whether one person's spellings differ in more than case, which a mail does not know."""
    return len({text.casefold() for text in spellings}) > 1


def _one_person(people: list[list[str]]) -> pd.DataFrame:
    """One finding for the spellings of each person."""
    first = [spellings[:5] for spellings in people[:LISTED]]
    return findings_at(
        [None] * len(people),  # type: ignore[list-item]
        severity="info",
        kind="person_spellings",
        table="people",
        message=[f"{' and '.join(map(repr, said))} are taken as one person." for said in first],
        remedy="If they are different people, name each by mail.",
        value=[", ".join(said) for said in first],
    )


def link_managers(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People with ``manager_id`` resolved; managers who are not listed are added."""
    if "manager_id" not in people or people["manager_id"].isna().all():
        return people, join_findings([])
    said = resolver_of(people).resolve(people["manager_id"])
    ids, several = said.ids, said.several
    unknown = said.unknown & ~said.nobody
    named = people.loc[unknown, "manager_id"]
    made, _ = people_from_owners([named])
    made["role"] = "manager"
    found = [
        findings_of(
            "people",
            people[several],
            "manager_id",
            severity="error",
            kind="ambiguous_person",
            message="Several people have this name; the manager stays blank.",
            remedy="Name the manager by mail.",
        )
    ]
    leads = named.map(_name_id)
    led = made["person_id"].map(leads.value_counts()).fillna(0).astype("int64")
    found.append(
        findings_at(
            [None] * len(made),  # type: ignore[list-item]
            severity="info",
            kind="manager_added",
            table="people",
            file=str(people[FILE].iloc[0]),
            column="manager_id",
            message=[
                f"{name} is named as manager of {n:,} people and is not in the people table; added"
                " as a manager."
                for name, n in zip(made["name"].head(LISTED), led.head(LISTED), strict=True)
            ],
            remedy="Add managers to the people table if their mail or start date matters.",
            value=made["name"],
        )
    )
    joined = people.assign(manager_id=ids)
    if len(made):
        made["manager_id"] = pd.Series(None, index=made.index, dtype="str")
        joined.loc[unknown, "manager_id"] = leads
        joined = pd.concat([joined, made], ignore_index=True)
    return joined, join_findings(found)


def _name_id(text: str) -> str:
    return owner_id(without_mark(text)[0])


def assume_roles(people: pd.DataFrame, unread: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People whose role is blank become CSMs, or managers if somebody's manager; a warning each.

    Parameters
    ----------
    people : DataFrame
        The people table.
    unread : DataFrame
        Findings of roles that were filled but could not be read: they stay blank.
    """
    role = people["role"] if "role" in people else pd.Series(None, index=people.index, dtype="str")
    lost = set(zip(unread["file"], unread["row"], strict=True))
    said = pd.Series(
        [place in lost for place in zip(people[FILE], people[ROW], strict=True)],
        index=people.index,
        dtype="bool",
    )
    blank = role.isna() & ~said
    if not blank.any():
        return people.assign(role=role), join_findings([])
    leads = (
        people["person_id"].isin(people["manager_id"].dropna())
        if "manager_id" in people
        else pd.Series(False, index=people.index)
    )
    assumed = leads.map({True: "manager", False: "csm"})
    found = findings_of(
        "people",
        people[blank],
        "role",
        severity="warning",
        kind="role_assumed",
        value=people.loc[blank, "name"],
        message="The role is not known; taken as " + assumed[blank] + ".",
        remedy="Map a role for each person (csm, onboarding, cs_ops, manager).",
    )
    return people.assign(role=role.where(~blank, assumed).astype("str")), found
