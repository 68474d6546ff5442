"""The canonical tables: the one source for dtypes, checks, the data dictionary and the samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

Kind = Literal["id", "ids", "text", "choice", "date", "money", "rate", "number", "score", "flag"]

_DTYPES: Mapping[Kind, str] = MappingProxyType(
    {
        "id": "str",
        "ids": "str",
        "text": "str",
        "choice": "str",
        "date": "datetime64[us]",
        "money": "float64",
        "rate": "float64",
        "number": "float64",
        "score": "float64",
        "flag": "boolean",
    }
)

UNITS: Mapping[Kind, str] = MappingProxyType(
    {
        "id": "text",
        "ids": "texts, separated by ;",
        "text": "text",
        "choice": "one of the values",
        "date": "ISO date",
        "money": "the cycle's currency",
        "rate": "fraction, 0 to 1",
        "number": "number",
        "score": "0 to 100, high is good",
        "flag": "true or false",
    }
)

PACKET_ROLES = ("csm", "onboarding", "cs_ops")
EVIDENCE_KINDS = (
    "win",
    "save",
    "miss",
    "churn",
    "voice",
    "playbook",
    "mentoring",
    "advocacy",
    "sponsor",
    "push_back",
    "qbr",
)
STATUSES = ("red", "yellow", "green")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    Attributes
    ----------
    name, kind, meaning : str
        The column's name, what sort of value it holds, and what it means in plain words.
    required : bool
        Whether a row without it is set aside.
    values : tuple of str
        The values a ``choice`` may take.
    refers : str
        ``table.column`` that its values point to, or empty.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    refers: str = ""

    @property
    def dtype(self) -> Any:
        """The pandas dtype the column has in a `Cycle`."""
        return _DTYPES[self.kind]

    @property
    def unit(self) -> str:
        """The unit, in words."""
        return UNITS[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table: its name, what one row is, and its columns."""

    name: str
    row_is: str
    columns: tuple[Column, ...]
    one_of: tuple[str, ...] = ()
    """Columns of which a row must fill at least one."""

    def __getitem__(self, column: str) -> Column:
        return next(c for c in self.columns if c.name == column)

    def __contains__(self, column: str) -> bool:
        return any(c.name == column for c in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the columns every row must fill."""
        return tuple(c.name for c in self.columns if c.required)

    def empty(self) -> pd.DataFrame:
        """A frame without rows that has every column in its dtype."""
        return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with this table's columns, order and dtypes; missing columns are blank.

        Values must already be parsed: text dates and numbers raise what pandas raises.
        """
        return pd.DataFrame(
            {
                c.name: (
                    frame[c.name].astype(c.dtype)
                    if c.name in frame
                    else pd.Series(None, index=frame.index, dtype=c.dtype)
                )
                for c in self.columns
            },
            index=frame.index,
        ).reset_index(drop=True)


_R = True
_ACCOUNT = Column("account_id", "id", "The account.", _R, refers="accounts.account_id")
_PERSON = Column("person_id", "id", "The person.", _R, refers="people.person_id")
_BY = Column(
    "person_id",
    "id",
    "Who did it; blank: whoever owned the account then.",
    refers="people.person_id",
)


def _table(
    name: str, row_is: str, *columns: Column, one_of: tuple[str, ...] = ()
) -> tuple[str, Table]:
    return name, Table(name, row_is, columns, one_of)


TABLES: Mapping[str, Table] = MappingProxyType(
    dict(
        [
            _table(
                "people",
                "one person of the team",
                Column("person_id", "id", "Lower-cased mail, else a slug of the name.", _R),
                Column("name", "text", "Name as shown.", _R),
                Column("email", "text", "Mail address."),
                Column(
                    "role",
                    "choice",
                    "What the person does; decides which metrics are shown.",
                    values=(*PACKET_ROLES, "manager"),
                ),
                Column(
                    "level",
                    "choice",
                    "Level; decides what is expected.",
                    values=("ramping", "mid", "senior"),
                ),
                Column("manager_id", "id", "The person's manager.", refers="people.person_id"),
                Column("start_date", "date", "First day in the role."),
                Column("fte", "rate", "Working time as a share of full time."),
                Column("aliases", "ids", "Other names and logins of the same person."),
            ),
            _table(
                "absences",
                "one absence of a person; dates only, never a reason",
                _PERSON,
                Column("start", "date", "First day away.", _R),
                Column("end", "date", "Last day away, inclusive.", _R),
            ),
            _table(
                "targets",
                "one target for the team, a segment or a person",
                Column("scope", "text", "`team`, a segment's name, or a person_id.", _R),
                Column(
                    "metric",
                    "choice",
                    "What the target is for.",
                    _R,
                    values=("nrr", "grr", "expansion_arr", "time_to_value_days"),
                ),
                Column("value", "number", "Fraction, money or days, as the metric.", _R),
                Column("start", "date", "First day it holds."),
                Column("end", "date", "Last day it holds, inclusive."),
            ),
            _table(
                "accounts",
                "one customer account",
                Column("account_id", "id", "The account's id; always text.", _R),
                Column("name", "text", "Name as shown.", _R),
                Column("segment", "text", "Segment, for example Enterprise."),
                Column("stage", "text", "Lifecycle stage, for example onboarding or churned."),
                Column("contract_start", "date", "First day as a customer."),
                Column("churn_date", "date", "Day it left, as the export says."),
                Column("owner", "id", "Current owner as in the export."),
            ),
            _table(
                "ownership",
                "one period in which a person owned an account",
                _ACCOUNT,
                _PERSON,
                Column("start", "date", "First day owned.", _R),
                Column("end", "date", "Last day owned, inclusive; blank: still owned."),
                Column("share", "rate", "Part of a shared account; blank: equal parts."),
                Column(
                    "source",
                    "choice",
                    "Where the period comes from.",
                    values=("history", "snapshots", "declared", "assumed"),
                ),
            ),
            _table(
                "contracts",
                "one contract or subscription",
                _ACCOUNT,
                Column("contract_id", "id", "The contract's id."),
                Column("start", "date", "First day live.", _R),
                Column("end", "date", "Last day live, inclusive; blank: open."),
                Column("arr", "money", "Annual recurring revenue while live.", _R),
            ),
            _table(
                "arr_snapshots",
                "one account's ARR on a day",
                _ACCOUNT,
                Column("date", "date", "The day.", _R),
                Column("arr", "money", "Annual recurring revenue at its close.", _R),
            ),
            _table(
                "movements",
                "one change of an account's ARR",
                _ACCOUNT,
                Column("date", "date", "First day on which the new ARR holds.", _R),
                Column(
                    "kind",
                    "choice",
                    "What sort of change.",
                    _R,
                    values=("new", "expansion", "contraction", "churn", "price_uplift"),
                ),
                Column("amount", "money", "Change in ARR, signed; blank: the reason only."),
                Column("at_renewal", "flag", "Whether it came with a renewal."),
                Column("controllable", "flag", "Whether service or relationship caused it."),
                Column("reason", "text", "Reason as recorded."),
            ),
            _table(
                "renewals",
                "one renewal that fell due",
                _ACCOUNT,
                Column("due", "date", "Day it was due.", _R),
                Column("closed", "date", "Day it was decided."),
                Column(
                    "outcome",
                    "choice",
                    "How it ended.",
                    _R,
                    values=("renewed", "churned", "open"),
                ),
                Column("arr_due", "money", "ARR up for renewal."),
                Column("arr_renewed", "money", "ARR renewed."),
                Column("term_months", "number", "New term in months."),
                Column("discount", "rate", "Discount given."),
                Column("concession", "flag", "Whether anything else was conceded."),
                Column("manager_involved", "flag", "Whether the manager helped close it."),
                Column("risk_seen", "date", "Day the risk could be seen."),
                Column("risk_raised", "date", "Day the risk was raised."),
                Column("intervention", "text", "What was tried."),
                Column("preventable", "flag", "Whether it could have ended otherwise."),
            ),
            _table(
                "opportunities",
                "one expansion opportunity",
                _ACCOUNT,
                Column("opened", "date", "Day it was opened.", _R),
                Column("closed", "date", "Day it was won or lost."),
                Column("stage", "choice", "Where it stands.", values=("open", "won", "lost")),
                Column("amount", "money", "ARR it would add."),
                Column("sourced_by", "id", "Who found it.", refers="people.person_id"),
                Column("closed_by", "id", "Who closed it; somebody else: with sales."),
                Column("kind", "text", "For example upsell or cross-sell."),
            ),
            _table(
                "health",
                "one health score of an account on a day",
                _ACCOUNT,
                Column("date", "date", "Day it was scored.", _R),
                Column("score", "score", "Health score."),
                Column("status", "choice", "Colour.", values=STATUSES),
                Column("raw", "text", "The value as in the export."),
                one_of=("score", "status"),
            ),
            _table(
                "touchpoints",
                "one contact with a customer",
                _ACCOUNT,
                _BY,
                Column("date", "date", "Day it took place.", _R),
                Column("type", "text", "For example qbr, ebr, call, email.", _R),
                Column("proactive", "flag", "Whether it was planned by us."),
                Column("attendees", "ids", "Who from our side was there (person ids)."),
                Column("deck_retrospective", "flag", "QBR deck holds a value retrospective."),
                Column("deck_action_plan", "flag", "QBR deck holds a mutual action plan."),
                Column("deck_expansion", "flag", "QBR deck weaves in an expansion talk."),
                Column("deck_usage", "flag", "QBR deck holds a usage review."),
            ),
            _table(
                "escalations",
                "one escalation",
                _ACCOUNT,
                _BY,
                Column("opened", "date", "Day it was opened.", _R),
                Column("resolved", "date", "Day it was resolved."),
                Column("severity", "text", "Severity as recorded."),
                Column("sla_met", "flag", "Whether it was resolved within its SLA."),
                Column("resolved_by", "id", "Who resolved it."),
                Column("manager_involved", "flag", "Whether the manager had to step in."),
                Column("recurrence_of", "id", "The earlier escalation that came back."),
            ),
            _table(
                "plans",
                "one success plan",
                _ACCOUNT,
                Column("opened", "date", "Day it was opened.", _R),
                Column("due", "date", "Day it is due."),
                Column("closed", "date", "Day it was completed."),
                Column("status", "choice", "Where it stands.", values=("open", "done", "dropped")),
                Column("commitments", "number", "Named commitments in it."),
            ),
            _table(
                "surveys",
                "one survey answer",
                _ACCOUNT,
                Column("date", "date", "Day it was answered.", _R),
                Column("kind", "choice", "Which survey.", values=("nps", "csat")),
                Column("score", "number", "NPS 0 to 10; CSAT 1 to 5.", _R),
            ),
            _table(
                "onboardings",
                "one onboarding",
                _ACCOUNT,
                _BY,
                Column("start", "date", "Day it began.", _R),
                Column("first_milestone", "date", "Day of the first milestone."),
                Column("first_value", "date", "Day the customer first got value."),
                Column("completed", "date", "Day it was completed."),
                Column("csat", "number", "Satisfaction with it, 1 to 5."),
            ),
            _table(
                "usage",
                "one account's use of the product on a day or in a month",
                _ACCOUNT,
                Column("date", "date", "The day, or the month's first day.", _R),
                Column("active", "number", "Users active."),
                Column("licensed", "number", "Users licensed."),
                Column("expected", "number", "Users expected to be active by then."),
                Column("features_used", "number", "Features used."),
                Column("features_available", "number", "Features available."),
            ),
            _table(
                "evidence",
                "one dated item of evidence about a person's work",
                Column("evidence_id", "id", "The item's id.", _R),
                _PERSON,
                Column("date", "date", "Day it happened.", _R),
                Column("text", "text", "What happened, in words.", _R),
                Column(
                    "account_id", "id", "The account it is about.", refers="accounts.account_id"
                ),
                Column("competencies", "ids", "Competencies it shows."),
                Column("kind", "choice", "What sort of item.", values=EVIDENCE_KINDS),
                Column("amount", "money", "Money it is about."),
                Column("before", "text", "State before."),
                Column("after", "text", "State after."),
                Column("source", "text", "Where it was recorded."),
                Column("private", "flag", "Private to its author: never in a packet."),
            ),
            _table(
                "feedback",
                "one piece of feedback given to a person",
                _PERSON,
                Column("date", "date", "Day it was given.", _R),
                Column("given_by", "id", "Who gave it.", _R, refers="people.person_id"),
                Column("text", "text", "What was said.", _R),
            ),
            _table(
                "comments",
                "one thing a person said of their own packet",
                _PERSON,
                Column("at", "date", "Day it was said.", _R),
                Column(
                    "kind",
                    "choice",
                    "A fact to correct, a comment, or an appeal after the outcome.",
                    _R,
                    values=("correction", "comment", "appeal"),
                ),
                Column("about", "text", "The section or figure it is about."),
                Column("text", "text", "What was said.", _R),
            ),
            _table(
                "ratings",
                "one value given by a rater to a person on a competency",
                _PERSON,
                Column("rater_id", "id", "Who rated.", _R, refers="people.person_id"),
                Column("competency", "id", "A competency's id, or `overall`.", _R),
                Column(
                    "phase",
                    "choice",
                    "When in the cycle.",
                    values=("self", "manager", "prevote", "final"),
                ),
                Column(
                    "value",
                    "choice",
                    "The colour; a level for `overall`.",
                    _R,
                    values=("red", "yellow", "green", "not_observed", "exceeds", "meets", "needs"),
                ),
                Column("evidence_ids", "ids", "Evidence cited."),
                Column("note", "text", "A note."),
                Column("at", "date", "Day it was given."),
                Column("matrix", "text", "The version of the matrix it was given by."),
            ),
            _table(
                "decisions",
                "one decision of the calibration meeting",
                _PERSON,
                Column("at", "date", "Day of the decision.", _R),
                Column(
                    "competency", "id", "A competency's id, or `overall`; blank: the overall level."
                ),
                Column("before", "text", "Value before."),
                Column("after", "text", "Value after."),
                Column("reason", "text", "Reason code."),
                Column("comment", "text", "Comment."),
                Column("authorised_by", "id", "Who authorised it."),
            ),
            _table(
                "actions",
                "one behaviour change agreed with a person",
                _PERSON,
                Column("at", "date", "Day it was agreed.", _R),
                Column("text", "text", "What was agreed.", _R),
                Column("due", "date", "Day it is looked at again."),
                Column(
                    "kept",
                    "choice",
                    "Whether it was kept; blank: not looked at again.",
                    values=("yes", "partly", "no", "not_yet"),
                ),
                Column("note", "text", "What was said of it then."),
                Column("action_id", "id", "A short id; blank: made of person, day and text."),
            ),
        ]
    )
)


def data_dictionary() -> str:
    """The data dictionary as Markdown: every table, column, unit and meaning."""
    lines = [
        "# Data dictionary",
        "",
        "Made from `csmkit/schema.py`; a test keeps the two the same. **R** marks what every row"
        " must have. Ids are text, always.",
        "",
    ]
    for table in TABLES.values():
        lines += [f"## {table.name}", "", f"One row is {table.row_is}.", ""]
        lines += ["| column | R | unit | meaning |", "|---|---|---|---|"]
        for c in table.columns:
            values = f" One of: {', '.join(c.values)}." if c.values else ""
            refers = f" Points to {c.refers}." if c.refers else ""
            required = "R" if c.required else ""
            lines.append(f"| {c.name} | {required} | {c.unit} | {c.meaning}{values}{refers} |")
        if table.one_of:
            lines += ["", f"A row fills at least one of: {', '.join(table.one_of)}."]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
