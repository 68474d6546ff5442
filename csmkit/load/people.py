"""Who is who: ids for people, and every mention of a person resolved to one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from csmkit.load.apply import PERSON_KEYS
from csmkit.load.findings import (
    ASIDE,
    FILE,
    ROW,
    SOURCE,
    finding,
    findings_of,
    join_findings,
)
from csmkit.names import slug_name

_GIVEN = "_given"
"""The id the export itself gives a person, kept so that mentions by it are understood."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds the person that a text means: by id or mail, else by alias or login, and by name.

    Attributes
    ----------
    own, exact, folded, names : dict
        The person ids that a text stands for: as somebody's own id or mail; as that, or as an
        alias; the same in lower case; and as a name in lower case.
    """

    own: dict[str, set[str]]
    exact: dict[str, set[str]]
    folded: dict[str, set[str]]
    names: dict[str, set[str]]

    def ids(self, text: str) -> set[str]:
        """All person ids that the text may mean; an id or a mail as written means its person."""
        text = text.strip()
        folded = text.casefold()
        nobody: set[str] = set()
        return self.own.get(text) or (
            self.exact.get(text, self.folded.get(folded, nobody)) | self.names.get(folded, nobody)
        )

    def resolve(self, texts: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
        """The person ids that texts mean; the masks of texts of unknown and of several people."""
        meant = {text: self.ids(text) for text in texts.dropna().unique()}
        one = {text: next(iter(ids)) for text, ids in meant.items() if len(ids) == 1}
        count = texts.map({text: len(ids) for text, ids in meant.items()})
        return texts.map(one).astype("str"), count.eq(0), count.gt(1)


def person_id_of(mail: object, given: object, name: object) -> str:
    """A person's id: the lower-cased mail, else the id as given, else a slug of the name."""
    if isinstance(mail, str):
        return mail.lower()
    if isinstance(given, str):
        return given.lower() if "@" in given else given
    return slug_name(str(name)) or str(name)


def resolver_of(people: pd.DataFrame) -> Resolver:
    """The resolver for a people table (canonical, with the export's own ids beside)."""
    own: dict[str, set[str]] = {}
    exact: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for column in ("person_id", "email", _GIVEN, "aliases"):
        if column in people:
            for person, text in people[["person_id", column]].dropna().itertuples(index=False):
                for part in str(text).split(";") if column == "aliases" else [str(text)]:
                    exact.setdefault(part.strip(), set()).add(person)
                    if column != "aliases":
                        own.setdefault(part.strip(), set()).add(person)
    for person, text in zip(people["person_id"], people["name"], strict=True):
        names.setdefault(str(text).strip().casefold(), set()).add(person)
    folded: dict[str, set[str]] = {}
    for text, ids in exact.items():
        folded.setdefault(text.casefold(), set()).update(ids)
    return Resolver(own, exact, folded, names)


def identify_people(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People with their ids; who is listed twice is set aside, with a finding."""
    frame = people.copy()
    for column in PERSON_KEYS:
        if column not in frame:
            frame[column] = pd.Series(None, index=frame.index, dtype="str")
    frame[_GIVEN] = frame["person_id"]
    mail_as_id = frame["email"].isna() & frame["person_id"].str.contains("@").fillna(False)
    frame["email"] = frame["email"].fillna(frame["person_id"].where(mail_as_id)).str.lower()
    frame["name"] = frame["name"].fillna(frame["person_id"]).fillna(frame["email"])
    ids = [
        person_id_of(mail, given, name)
        for mail, given, name in frame[["email", _GIVEN, "name"]].itertuples(index=False)
    ]
    frame["person_id"] = pd.Series(ids, index=frame.index, dtype="str")
    again = frame["person_id"].duplicated()
    found = findings_of(
        "people",
        frame[again],
        "person_id",
        severity="warning",
        kind="duplicate_id",
        message=f"This person is in the people table already. {ASIDE}",
        remedy="Keep one row for each person; two people of one name need a mail each.",
    )
    return frame[~again].reset_index(drop=True), found


def people_from_owners(owners: Iterable[pd.Series]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People made from the owners that accounts and ownership name, for want of a people table."""
    texts = pd.concat([*owners, pd.Series([], dtype="str")]).dropna()
    by_fold: dict[str, str] = {}
    for text in texts.unique():
        by_fold.setdefault(text.lower() if "@" in text or " " in text else text, text)
    known = list(by_fold.values())
    ids = [_owner_id(text) for text in known]
    frame = pd.DataFrame(
        {
            "person_id": pd.Series(ids, dtype="str"),
            "name": pd.Series(known, dtype="str"),
            "email": pd.Series([t.lower() if "@" in t else None for t in known], dtype="str"),
            "role": pd.Series(["csm"] * len(known), dtype="str"),
            _GIVEN: pd.Series(known, dtype="str"),
        }
    ).drop_duplicates("person_id", ignore_index=True)
    found = []
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


def _owner_id(text: str) -> str:
    if "@" in text:
        return text.lower()
    return (slug_name(text) or text) if " " in text else text


def link_managers(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People with ``manager_id`` resolved; managers who are not listed are added."""
    if "manager_id" not in people or people["manager_id"].isna().all():
        return people, join_findings([])
    ids, unknown, several = resolver_of(people).resolve(people["manager_id"])
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
    for person, name in zip(made["person_id"], made["name"], strict=True):
        led = int(named.map(_owner_id).eq(person).sum())
        found.append(
            finding(
                "info",
                "manager_added",
                f"{name} is named as manager of {led:,} people and is not in the people table;"
                " added as a manager.",
                "Add managers to the people table if their mail or start date matters.",
                table="people",
                file=str(people[FILE].iloc[0]),
                column="manager_id",
                value=name,
            )
        )
    joined = people.assign(manager_id=ids)
    if len(made):
        made["manager_id"] = pd.Series(None, index=made.index, dtype="str")
        joined.loc[unknown, "manager_id"] = named.map(_owner_id)
        joined = pd.concat([joined, made], ignore_index=True)
    return joined, join_findings(found)


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
