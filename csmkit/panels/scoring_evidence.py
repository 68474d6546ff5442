"""The evidence beside one competency: what is cited, what is on file, what the export has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.compute.customers import owned_accounts
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.scoring_rows import Row, Rows
from csmkit.panels.scoring_words import refusal, words
from csmkit.schema import TABLES
from csmkit.text import clean, missing

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Competency
    from csmkit.store.store import Store

MOST = 50
"""How many items of a kind are shown at once; the total is said."""


class Evidence:
    """One person's evidence, as one rater may see it in one phase."""

    def __init__(self, cycle: Cycle, store: Store, *, csm: str, rater: str, phase: str) -> None:
        self._cycle, self._store = cycle, store
        self._csm, self._rater, self._phase = csm, rater, phase
        self.rows = Rows(cycle, csm)
        self._items: pd.DataFrame | None = None
        self._owned: frozenset[str] | None = None

    def items(self) -> pd.DataFrame:
        """Items on file, of the export and of the store, newest first.

        Private ones are there for their author alone. Those of a pre-vote are there in the
        pre-vote of whoever wrote them, and everywhere once the pre-votes are revealed.
        """
        if self._items is None:
            own = self._cycle.bare.table("evidence")
            reader = self._rater if self._phase == "prevote" else ""
            stored = self._store.evidence(self._cycle, self._csm, reader=reader)
            found = pd.concat(
                [own[own["person_id"] == self._csm], stored], ignore_index=True
            ).drop_duplicates("evidence_id", keep="last")
            if self._phase != "self":
                found = found[~found["private"].fillna(False).astype(bool)]
            names = found["competencies"].fillna("").str.split(";")
            found["named"] = pd.Series(
                [frozenset(n.strip() for n in listed) for listed in names], dtype="object"
            ).set_axis(found.index)
            found["inside"] = found["date"].between(
                self._cycle.period.start, self._cycle.period.end
            )
            order = found.sort_values(["date", "evidence_id"], ascending=False)
            self._items = order.set_index("evidence_id")
        return self._items

    def dated(self, ids: Iterable[str]) -> list[str]:
        """Which of some cited items are on file with a day inside the period."""
        wanted = list(ids)
        if not wanted:
            return []
        if self.items().index.isin(wanted).sum() < len(wanted):
            # Another window may have put it on file since.
            self._items = None
        items = self.items()
        inside = set(items.index[items["inside"] & items.index.isin(wanted)])
        return [i for i in wanted if i in inside]

    def on_file(self) -> dict[str, int]:
        """How many items inside the period name each competency."""
        items = self.items()
        named = items.loc[items["inside"], "named"].explode().dropna()
        return {str(k): int(v) for k, v in named.value_counts().items() if k}

    def accounts(self) -> frozenset[str]:
        """The accounts an item may be about: those the person owned in the period."""
        if self._owned is None:
            owned = owned_accounts(self._cycle)
            mine = owned.loc[owned["person_id"] == self._csm, "account_id"]
            self._owned = frozenset(str(i) for i in mine)
        return self._owned

    def look(self, competency: Competency, cited: Sequence[str], month: str = "") -> dict[str, Any]:
        """What the panel shows beside a competency, of one month (2026-03) or of all."""
        items = self.items()
        open_ = items[items["inside"] & ~items.index.isin(list(cited))]
        named = pd.Series(
            [competency.id in n for n in open_["named"]], index=open_.index, dtype=bool
        )
        tables = _tables(competency)
        days = self.rows.days(tables)
        days = days[~days.index.isin(items.index)].sort_values(ascending=False, kind="stable")
        months = self._months(open_[named], days, cited)
        if month:
            open_ = open_[open_["date"].dt.strftime("%Y-%m") == month]
            days = days[days.dt.strftime("%Y-%m") == month]
        mine, rest = open_[named.loc[open_.index]], open_[~named.loc[open_.index]]
        told = self.rows.tell(days.index[:MOST], tables)
        return {
            "cited": [self._cited(i) for i in cited],
            "on_file": {"total": len(mine), "items": self._shown(mine)},
            "rows": {"total": len(days), "items": [self._row(r) for r in told]},
            "other": {"total": len(rest), "items": self._shown(rest)},
            "months": months,
            "proofs": [self._proof(p.what, p.table) for p in competency.evidence],
        }

    def take(self, ids: Iterable[str], competency: Competency, who: str) -> None:
        """Put rows of the export among these ids on file as items, each once.

        Raises
        ------
        StoreError
            If the store does not take them.
        UsageError
            If an id is neither on file nor a row of the competency's tables, or is an item of a
            pre-vote and may not be seen in this phase.
        """
        for item in ids:
            if item in self.items().index:
                continue
            found = self.rows.tell([item], _tables(competency))
            if not found:
                # Another window may have put it on file since.
                self._items = None
                if item not in self.items().index:
                    raise refusal("unrevealed" if self._unrevealed(item) else "item", item=item)
                continue
            self._take(found[0], competency, who)

    def _unrevealed(self, item: str) -> bool:
        """Whether the rater wrote an item in a pre-vote that was not revealed."""
        own = self._store.evidence(self._cycle, self._csm, reader=self._rater)
        return bool(own["evidence_id"].eq(item).any())

    def _take(self, row: Row, competency: Competency, who: str) -> None:
        # Everybody has the export, and its row is one item for all: of a pre-vote it tells nothing.
        apart = self._phase == "prevote"
        try:
            self.add(
                row.id,
                date=row.date,
                text=row.text,
                account=row.account_id,
                competency="" if apart else competency.id,
                kind=row.kind,
                source=words()["evidence"]["source"].format(table=row.table),
                who=who,
                phase="" if apart else self._phase,
            )
        except UsageError:
            # Somebody else cited the same row first, for another competency: one item it is.
            self._items = None
            if row.id not in self.items().index:
                raise

    def add(
        self,
        item: str,
        *,
        date: Any,
        text: str,
        account: str,
        competency: str,
        who: str,
        phase: str,
        kind: str = "",
        source: str = "",
        private: bool = False,
    ) -> None:
        """Put an item on file; the same id twice is one item."""
        self._store.add_evidence(
            self._cycle,
            person=self._csm,
            date=f"{pd.Timestamp(date):%Y-%m-%d}",
            text=text,
            competencies=(competency,) if competency else (),
            account=account,
            kind=kind,
            source=source,
            evidence_id=item,
            private=private,
            phase=phase,
            who=who,
        )
        self._items = None

    def _months(
        self, mine: pd.DataFrame, days: pd.Series, cited: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Each month of the period: items cited, items on file, rows of the export."""
        items = self.items()
        here = items[items.index.isin(list(cited)) & items["inside"]]
        counts = {
            name: dates.dt.strftime("%Y-%m").value_counts()
            for name, dates in (("cited", here["date"]), ("file", mine["date"]), ("rows", days))
        }
        months = pd.period_range(self._cycle.period.start, self._cycle.period.end, freq="M")
        return [
            {"month": f"{m}", **{name: int(c.get(f"{m}", 0)) for name, c in counts.items()}}
            for m in months
        ]

    def _proof(self, what: str, table: str) -> dict[str, str]:
        note = ""
        if table and self._cycle.missing(table):
            note = words()["evidence"]["no_table"]
        return {"what": clean(what), "table": table.replace("_", " "), "note": note}

    def _shown(self, rows: pd.DataFrame) -> list[dict[str, Any]]:
        records = rows.head(MOST).reset_index().to_dict("records")
        return [self._item({str(k): v for k, v in record.items()}) for record in records]

    def _cited(self, item: str) -> dict[str, Any]:
        items = self.items()
        if item in items.index:
            return self._shown(items.loc[[item]])[0]
        return {"id": item, "text": words()["evidence"]["unknown_item"], "unknown": True}

    def _item(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": str(row["evidence_id"]),
            "date": "" if missing(row["date"]) else f"{row['date']:%Y-%m-%d}",
            "text": clean(row["text"]),
            "account": self.rows.account(row["account_id"]),
            "source": clean(row["source"]),
            "kind": clean(row["kind"]).replace("_", " "),
            "outside": not row["inside"],
            "private": not missing(row["private"]) and bool(row["private"]),
        }

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "id": row.id,
            "date": f"{row.date:%Y-%m-%d}",
            "text": row.text,
            "account": self.rows.account(row.account_id),
            "source": row.table.replace("_", " "),
        }


def _tables(competency: Competency) -> list[str]:
    """The tables that may prove a competency, each once."""
    return list(dict.fromkeys(p.table for p in competency.evidence if p.table in TABLES))
