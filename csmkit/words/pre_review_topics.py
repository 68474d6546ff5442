"""What a pre-review talk comes to after lists and scores: losses, renewals, questions, actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from csmkit.compute.composition import OWNED, book_accounts
from csmkit.compute.renewals_ahead import open_plans, renewals_ahead
from csmkit.cycle import Cycle
from csmkit.matrix.gaps import shown_ratings
from csmkit.terms import OTHER_ACCOUNT
from csmkit.text import clean, day, missing, money
from csmkit.words.facts import Person, Row, Tables
from csmkit.words.inventory import inventory_lines
from csmkit.words.inventory_line import Line
from csmkit.words.inventory_short import folded, with_day
from csmkit.words.one_page import in_words
from csmkit.words.pre_review import NOTHING, shown_text
from csmkit.words.score_differences import SIDES
from csmkit.words.text_files import text_file
from csmkit.words.unnamed import Unnamed

_NAME_WORDS, _MOST_NAMES = 8, 3
SOON_DAYS = 30
"""Renewals due in so many days after the period are a topic of the talk."""


class Topics:
    """The losses, open questions and agreed actions of one person, as lines of an agenda.

    Parameters
    ----------
    part : Cycle
        The person's part of a team, or their book.
    unnamed : Unnamed
        What may be named.
    """

    def __init__(self, part: Cycle, unnamed: Unnamed) -> None:
        self._part, self._unnamed = part, unnamed
        self._person = Person(Tables(part), unnamed.who)
        self._losses = sorted(self._person.rows("losses"), key=lambda row: float(row["amount"]))

    def losses(self, moments: pd.DataFrame, *, name: str, words: int) -> tuple[str, ...]:
        """Churn and contraction, the largest first, and on whose list they are."""
        return tuple(self._loss(row, moments, name, words) for row in self._losses)

    def _loss(self, row: Row, moments: pd.DataFrame, name: str, words: int) -> str:
        said, of_moments = _said("agenda")["losses"], _said("moments")
        told = of_moments["loss"].format(
            kind=str(row["kind"]).capitalize(),
            amount=money(abs(float(row["amount"])), currency=self._part.currency),
            day=day(row["date"]),
        )
        if reason := clean(row["reason"]):
            reason = in_words(shown_text(reason, self._unnamed), words)
            told = of_moments["reason"].format(told=told, reason=reason)
        raised = said["unraised"]
        if not missing(row["risk_raised"]):
            raised = said["raised"].format(day=day(row["risk_raised"]))
        account = self._unnamed.account(clean(row["account"]))
        listed = moments[moments["account"].eq(account)]
        sides = [side for side in ("own", "manager") if listed[side].ne("").any()]
        where = "both" if len(sides) == 2 else sides[0] if sides else "neither"
        if where != "both" and NOTHING in moments.attrs.values():
            # Beside a list that is not there, no account is on one only, or on none.
            where = "unknown"
        told = said["told"].format(told=told, raised=raised, listed=said[where].format(name=name))
        return f"{bold(account)} {told}".rstrip()

    def ahead(self) -> tuple[str, ...]:
        """Renewals due in the `SOON_DAYS` after the period, the largest first, with their plan."""
        rows = renewals_ahead(self._part, on=self._part.period.end, ahead=SOON_DAYS)
        own = rows[rows["person_id"].eq(self._unnamed.who)]
        largest = own.sort_values("arr_due", ascending=False, kind="stable")
        plans = set(open_plans(self._part, self._part.period.end)["account_id"])
        return tuple(
            self._renewal({str(k): v for k, v in row.items()}, row["account_id"] in plans)
            for row in largest.to_dict("records")
        )

    def _renewal(self, row: Row, planned: bool) -> str:
        said, arr = _said("agenda")["ahead"], row["arr_due"]
        if not missing(row["plan_due"]):
            found = said["plan_due"].format(day=day(row["plan_due"]))
        elif planned:
            found = said["plan"]
        else:
            found = said["unknown" if self._part.missing("plans") else "no_plan"]
        if not missing(row["risk"]):
            found = said["risk"].format(told=found, day=day(row["risk"]))
        amount = "" if missing(arr) else f"{money(float(arr), currency=self._part.currency)}, "
        text = said["told"].format(arr=amount, day=day(row["due"]), found=found)
        return f"{bold(self._unnamed.account(clean(row['account'])))} {text}"

    def questions(self, *, words: int) -> tuple[str, ...]:
        """What the inventory asks, the weightiest first; of losses it is told apart."""
        lost = {clean(row["account"]) for row in self._losses}
        alike: dict[str, list[Line]] = {}
        for line in inventory_lines(self._person):
            if line.asks and line.account not in lost:
                alike.setdefault(line.asks, []).append(line)
        arr = self._arr()
        order = _weights()

        def weight(lines: list[Line]) -> int:
            begun = [at for start, at in order.items() if lines[0].asks.startswith(start)]
            return min(begun, default=len(order))

        return tuple(
            self._question(sorted(lines, key=lambda line: -arr.get(line.account, 0.0)), words)
            for lines in sorted(alike.values(), key=weight)
        )

    def _question(self, lines: list[Line], words: int) -> str:
        """One question, with what it is about; accounts of which it is asked too are named."""
        said = _said("agenda")["questions"]
        (first, *rest) = folded(lines) if missing(lines[0].day) else lines
        account = first.account
        if account and account in {line.account for line in lines}:
            account = self._unnamed.account(account)
        text = said["told"].format(
            says=in_words(shown_text(with_day(first), self._unnamed), words),
            asks=in_words(shown_text(first.asks, self._unnamed), 2 * words),
        )
        others = [self._unnamed.account(one.account) for one in rest]
        named = [one for one in dict.fromkeys(others) if one not in ("", account, OTHER_ACCOUNT)]
        shown = named[:_MOST_NAMES]
        names = [in_words(one, _NAME_WORDS) for one in shown]
        if left := sum(one not in shown for one in others):
            names.append(said["more"].format(count=left))
        if names:
            text = said["also"].format(told=text, names=", ".join(names))
        return f"{bold(account or first.topic)} {text}"

    def _arr(self) -> dict[str, float]:
        """The ARR of the accounts as they were taken over, by name."""
        rows = book_accounts(self._part)
        rows = rows[rows["person_id"].eq(self._unnamed.who) & rows["at"].eq(OWNED)]
        own = zip(rows["account_id"], rows["arr"], strict=True)
        return {self._unnamed.own.get(str(one), ""): float(arr) for one, arr in own if arr == arr}

    def actions(self, *, words: int) -> tuple[str, ...]:
        """What was agreed before anybody gave this cycle's scores: what came after is not old."""
        said = _said("agenda")["actions"]
        rows = self._part.table("actions")
        rows = rows[rows["person_id"].eq(self._unnamed.who) & (rows["at"] <= self._part.period.end)]
        given = pd.concat([shown_ratings(self._part, phase) for phase in SIDES])
        since = given.loc[given["person_id"].eq(self._unnamed.who), "at"].min()
        if not missing(since):
            rows = rows[rows["at"] < since]
        lines = []
        for row in rows.sort_values("at", ascending=False, kind="stable").to_dict("records"):
            kept = said.get(clean(row["kept"]), said["unknown"])
            text = in_words(shown_text(row["text"], self._unnamed).rstrip("."), words)
            lines.append(said["told"].format(text=text, day=day(row["at"]), kept=kept))
        return tuple(lines)


def bold(name: str) -> str:
    """How a line about an account begins."""
    text = in_words(name, _NAME_WORDS)
    return f"**{text[:1].upper()}{text[1:]}.**"


def _said(name: str) -> Mapping[str, Any]:
    said: Mapping[str, Any] = text_file("pre_review")[name]
    return said


def _weights() -> dict[str, int]:
    """The place of each question by how it begins; names of accounts come after that."""
    asks = text_file("inventory")["asks"]
    return {asks[name].partition("{")[0]: at for at, name in enumerate(_said("weight")["first"])}
