"""One person's slice of a cycle: the only data a packet's process ever reads."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from csmkit.bias.context import team_context
from csmkit.compute.arr import REASON_DAYS
from csmkit.compute.metrics import metrics
from csmkit.compute.readings import asked_of_the_export
from csmkit.compute.team import of_role
from csmkit.cycle import Book, Context, Cycle, Period, Provenance, SourceFile
from csmkit.errors import UsageError
from csmkit.samples import sample_team
from csmkit.scan.whose import accounts_of, owned_by, told_apart
from csmkit.schema import TABLES
from csmkit.terms import (
    Kind,
    Terms,
    blotted,
    first_names,
    managers,
)

EDITIONS = ("committee", "csm")
COLLEAGUE, OTHER_ACCOUNT = "a colleague", "another account"
LABELS: dict[Kind, str] = {"person": COLLEAGUE, "account": OTHER_ACCOUNT}

_OF_ACCOUNT = ("contracts", "arr_snapshots", "movements", "renewals", "health", "plans", "usage")
_DATED = {
    "health": "date",
    "renewals": "due",
    "plans": "opened",
    "surveys": "date",
    "usage": "date",
}
_BY_PERSON = {"touchpoints": "date", "escalations": "opened", "onboardings": "start"}
_OWN_ROWS = ("absences", "evidence", "feedback", "comments", "ratings", "decisions", "actions")
MATRIX_FILE = "matrix.yaml"
_CONTEXT_FRAMES = ("bands", "expected", "checks")
_PEOPLE = {
    "touchpoints": ("attendees",),
    "escalations": ("resolved_by",),
    "opportunities": ("sourced_by", "closed_by"),
    "feedback": ("given_by",),
    "ratings": ("rater_id",),
    "decisions": ("authorised_by",),
}
_FREE_TEXT = {
    "movements": ("reason",),
    "renewals": ("intervention",),
    "evidence": ("text", "before", "after", "source"),
    "feedback": ("text",),
    "comments": ("about", "text"),
    "ratings": ("note",),
    "decisions": ("before", "after", "reason", "comment"),
    "actions": ("text",),
    "escalations": ("severity", "recurrence_of"),
    "touchpoints": ("type",),
    "health": ("raw",),
    "accounts": ("segment", "stage"),
    "opportunities": ("kind",),
}


def book_of(
    cycle: Cycle,
    person_id: str,
    *,
    edition: str = "committee",
    context: Context | None = None,
) -> Book:
    """A person's slice: their rows, the accounts they owned, everybody else unnamed.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    person_id : str
        An id or a mail.
    edition : str
        ``committee`` has the ratings and decisions about the person; ``csm`` only their own.
    context : Context, optional
        From `csmkit.team_context`; the CSM's edition takes the person's own expectation alone.

    Returns
    -------
    Book
        Accounts are those owned at some time up to the period's end. Other owners are numbered,
        colleagues in free text become "a colleague" and accounts never owned "another account".
        Managers are named. Evidence private to its author is left out.

    Raises
    ------
    UsageError
        If there is no such person or edition.
    """
    if edition not in EDITIONS:
        raise UsageError(
            f"There is no edition {edition!r}.", f"The editions are: {', '.join(EDITIONS)}."
        )
    who = str(cycle.person(person_id)["person_id"])
    maker = _Slicer(cycle, who, edition)
    return Book(
        tables=maker.tables(),
        period=cycle.period,
        currency=cycle.currency,
        provenance=cycle.provenance,
        # They speak of an outcome that is not settled.
        notes=() if edition == "csm" else cycle.notes,
        person_id=who,
        edition=edition,
        context=_own_context(context or Context(), cycle.person(who), edition),
        available=available(cycle),
    )


def _own_context(context: Context, person: dict[str, object], edition: str) -> Context:
    """What one packet may know: its role's bands, its own expectation, the team's checks."""
    expected = context.expected
    if len(expected):
        expected = expected[expected["person_id"] == person["person_id"]].reset_index(drop=True)
    if edition == "csm":
        return Context(expected=expected, matrix=context.matrix)
    bands = of_role(context.bands, str(person["role"]))
    return dataclasses.replace(context, bands=bands, expected=expected)


def available(cycle: Cycle) -> frozenset[str]:
    """What the export has, of all that `Cycle.missing` may be asked for."""
    needs = set(TABLES)
    needs |= {
        f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns
    }
    needs |= {part for m in metrics().values() for need in m.needs for part in need.split(" | ")}
    needs |= asked_of_the_export(cycle)
    return frozenset(need for need in needs if not cycle.missing(need))


@lru_cache(maxsize=1)
def _index_of(key: _Key) -> Terms:
    return Terms([*told_apart(key.cycle)[0], *first_names(key.cycle)])


@dataclasses.dataclass(frozen=True)
class _Key:
    """Holds a cycle as a cache key by identity: frames cannot be hashed."""

    cycle: Cycle = dataclasses.field(compare=False)
    identity: int = 0


class _Slicer:
    """Cuts one person's tables; one method per way a table belongs to a person."""

    def __init__(self, cycle: Cycle, who: str, edition: str) -> None:
        self.cycle, self.who, self.edition = cycle, who, edition
        self.mine = owned_by(cycle, who)
        self.accounts = accounts_of(cycle, who)
        self.last = self.mine.groupby("account_id")["end"].max()
        self.named = managers(cycle) | {who}

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables of the slice, cut, unnamed and in canonical form."""
        cut = {name: self._cut(name) for name in TABLES}
        own = self._owned(cut)
        return {name: TABLES[name].conform(frame) for name, frame in own.items() if len(frame) > 0}

    def _cut(self, name: str) -> pd.DataFrame:
        frame = self.cycle.table(name)
        if name == "people":
            return frame[frame["person_id"].isin(self.named)]
        if name == "targets":
            people = set(self.cycle.table("people")["person_id"]) - {self.who}
            return frame[~frame["scope"].isin(people)]
        if name in _OWN_ROWS:
            return self._own_rows(name, frame[frame["person_id"] == self.who])
        if name in _BY_PERSON:
            return self._done_by(frame, _BY_PERSON[name])
        if name == "opportunities":
            return frame[frame["sourced_by"].eq(self.who)]
        if name == "surveys":
            handled = self._handled()
            owned = self._while_owned(frame[frame["account_id"].isin(self.accounts)], "date")
            return frame[frame.index.isin(owned.index) | frame["account_id"].isin(handled)]
        if name == "movements":
            return self._reasons_while_owned(frame[frame["account_id"].isin(self.accounts)])
        rows = frame[frame["account_id"].isin(self.accounts)]
        return self._while_owned(rows, _DATED[name]) if name in _DATED else rows

    def _while_owned(self, rows: pd.DataFrame, on: str) -> pd.DataFrame:
        """Rows up to the last day the person owned the account: what came after is another's."""
        last = self.last.reindex(rows["account_id"]).set_axis(rows.index)
        # Whoever holds the account at the period's end sees its renewals ahead.
        held = (last >= self.cycle.period.end) & (on == "due")
        return rows[last.isna() | (rows[on] <= last) | held]

    def _handled(self) -> frozenset[str]:
        """Accounts whose escalations a person of CS operations handled: their answers count too."""
        if self.cycle.person(self.who)["role"] != "cs_ops":
            return frozenset()
        return frozenset(self._done_by(self.cycle.table("escalations"), "opened")["account_id"])

    def _reasons_while_owned(self, rows: pd.DataFrame) -> pd.DataFrame:
        """All movements, which later credit needs; reasons only for the person's own losses."""
        last = self.last.reindex(rows["account_id"]).set_axis(rows.index)
        late = rows["date"] > last + pd.Timedelta(days=REASON_DAYS + 1)
        return rows.assign(
            reason=rows["reason"].mask(late), controllable=rows["controllable"].mask(late)
        )

    def _done_by(self, rows: pd.DataFrame, on: str) -> pd.DataFrame:
        """Rows the person did, and rows of nobody on days the person owned the account."""
        nobody = rows[rows["person_id"].isna() & rows["account_id"].isin(self.accounts)]
        spans = self.mine[["account_id", "start", "end"]].rename(
            columns={"start": "_from", "end": "_to"}
        )
        at = nobody[["account_id", on]].reset_index().merge(spans, on="account_id")
        inside = at[(at["_from"] <= at[on]) & (at[on] <= at["_to"])]["index"]
        return rows[rows["person_id"].eq(self.who) | rows.index.isin(inside)]

    def _own_rows(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        if name == "evidence":
            return rows[~rows["private"].fillna(False)]
        if name == "ratings":
            own = rows["phase"].eq("self")
            return rows[own] if self.edition == "csm" else rows[rows["phase"].ne("prevote")]
        if name == "decisions" and self.edition == "csm":
            return rows.head(0)
        return rows

    def _owned(self, cut: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The tables with other owners numbered, colleagues unnamed, other accounts disguised."""
        index = _index_of(_Key(self.cycle, id(self.cycle)))
        others = _numbered(cut["ownership"]["person_id"], self.named, "owner")
        cut["ownership"] = cut["ownership"].assign(
            person_id=cut["ownership"]["person_id"].replace(others)
        )
        owner = cut["accounts"]["owner"]
        cut["accounts"] = cut["accounts"].assign(owner=owner.where(owner == self.who))
        cut["people"] = cut["people"].assign(
            manager_id=cut["people"]["manager_id"].where(
                cut["people"]["manager_id"].isin(self.named)
            ),
            aliases=cut["people"]["aliases"].where(cut["people"]["person_id"] == self.who),
        )
        foreign = [cut[name]["account_id"] for name in cut if "account_id" in cut[name]]
        disguise = _numbered(pd.concat(foreign), self.accounts, "account")
        out = {}
        for name, frame in cut.items():
            changes: dict[str, pd.Series] = {}
            if "account_id" in frame and name not in ("accounts", *_OF_ACCOUNT):
                changes["account_id"] = (
                    frame["account_id"].where(frame["account_id"].isin(self.accounts))
                    if name == "evidence"
                    else frame["account_id"].replace(disguise)
                )
            for column in _PEOPLE.get(name, ()):
                changes[column] = frame[column].map(self._unnamed).astype("str")
            for column in _FREE_TEXT.get(name, ()):
                changes[column] = blotted(
                    frame[column],
                    index,
                    person_id=self.who,
                    accounts=self.accounts,
                    labels=LABELS,
                )
            out[name] = frame.assign(**changes)
        return out

    def _unnamed(self, ids: object) -> object:
        if not isinstance(ids, str):
            return ids
        parts = [p.strip() for p in ids.split(";") if p.strip()]
        return ";".join(p if p in self.named else COLLEAGUE for p in parts)


def _numbered(values: pd.Series, keep: Iterable[str], label: str) -> dict[str, str]:
    """A number for each of the values not kept, such that no label is anybody's real id."""
    kept = set(keep)
    others = sorted(set(values.dropna()) - kept)
    while any(str(value).startswith(f"{label}-") for value in (*kept, *others)):
        label = f"{label}-x"
    return {value: f"{label}-{i}" for i, value in enumerate(others, 1)}


def write_book(book: Book, folder: Path) -> None:
    """Write a book as one Parquet file per table and a ``book.json`` beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in book.tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    for name in _CONTEXT_FRAMES:
        if len(frame := getattr(book.context, name)):
            frame.to_parquet(_beside(folder, name), index=False)
    if book.context.matrix:
        (folder / MATRIX_FILE).write_text(book.context.matrix, encoding="utf-8", newline="")
    facts = {
        "person_id": book.person_id,
        "edition": book.edition,
        "period": [f"{book.period.start:%Y-%m-%d}", f"{book.period.end:%Y-%m-%d}"],
        "currency": book.currency,
        "available": sorted(book.available),
        "provenance": dataclasses.asdict(book.provenance),
        "notes": book.notes,
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / "book.json").write_text(text, encoding="utf-8")


def _beside(folder: Path, name: str) -> Path:
    """Where a slice keeps what it knows of the team; no table has such a name."""
    return folder / f"_{name}.parquet"


def read_book(folder: str | Path) -> Book:
    """Read a person's slice, as the packet template does.

    Parameters
    ----------
    folder : str or Path
        A folder written by `write_book`. An empty text gives a book of the sample team, so that
        the template runs by itself.

    Returns
    -------
    Book
        The slice.

    Raises
    ------
    UsageError
        If the folder holds no slice.
    """
    if not str(folder):
        team = sample_team()
        first = str(team.subjects["person_id"].iloc[0])
        return book_of(team, first, context=team_context(team))
    folder = Path(folder)
    if not (folder / "book.json").exists():
        raise UsageError(
            f"The folder {folder} holds no slice of a cycle.",
            "Render packets with csmkit render, which makes the slices itself.",
        )
    facts = json.loads((folder / "book.json").read_text(encoding="utf-8"))
    origin = facts["provenance"]
    known = {name: _beside(folder, name) for name in _CONTEXT_FRAMES}
    matrix = folder / MATRIX_FILE
    return Book(
        tables={
            name: pd.read_parquet(folder / f"{name}.parquet")
            for name in TABLES
            if (folder / f"{name}.parquet").exists()
        },
        period=Period.of(*facts["period"]),
        currency=facts["currency"],
        provenance=Provenance(
            files=tuple(SourceFile(**f) for f in origin["files"]),
            map_name=origin["map_name"],
            map_sha256=origin["map_sha256"],
        ),
        notes=tuple(facts.get("notes", ())),
        person_id=facts["person_id"],
        edition=facts["edition"],
        context=Context(
            **{n: pd.read_parquet(path) for n, path in known.items() if path.exists()},
            matrix=matrix.read_bytes().decode("utf-8") if matrix.exists() else "",
        ),
        available=frozenset(facts["available"]),
    )
