"""A person with scores and evidence, and a matrix of four competencies, for tests of plans."""

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.matrix.read import parse_matrix
from csmkit.schema import TABLES

ANA, BEN, MIA, ZED = "ana@x.example", "ben@x.example", "mia@x.example", "zed@x.example"

OURS = """\
name: Ours
version: "3"
competencies:
  - id: plans
    pillar: Craft
    name: Plans
    about: Writes plans.
    book: independent
    strong: [Asks the customer first.]
    red: [No plan.]
    yellow: [A plan for half.]
    green: [A plan for all.]
    coaching: {ask: Which plan is stale?, practice: Write one a week., progress: A customer changes one.}
    evidence:
      - {what: The plans, table: plans}
      - {what: Letters, table: evidence}
    expected:
      ramping: {colour: yellow, text: Half a book.}
      mid: {colour: green, text: The whole book.}
      senior: {colour: green, text: Others copy them.}
  - id: calls
    pillar: Contact
    name: Calls
    about: Makes calls.
    book: linked
    red: [None.]
    yellow: [Some.]
    green: [All.]
    coaching: {ask: Whom to call?, practice: Call one., progress: One calls back.}
    evidence:
      - {what: Calls, table: touchpoints}
    expected:
      ramping: {colour: green, text: Calls everybody.}
      mid: {colour: green, text: Calls everybody.}
      senior: {colour: green, text: Calls everybody.}
    variants:
      cs_ops: {not_expected: true, reason: Nobody to call.}
  - id: bare
    pillar: Contact
    name: Bare
    about: Has no notes.
    red: [Bare red.]
    yellow: [Bare yellow.]
    green: [Bare green.]
    expected:
      ramping: {colour: not_observed, text: Not yet.}
      mid: {colour: yellow, text: A little.}
      senior: {colour: green, text: A lot.}
  - id: silent
    pillar: Contact
    name: Silent
    about: Says nothing of levels.
    red: [Silent red.]
    yellow: [Silent yellow.]
    green: [Silent green.]
"""


def ours():
    return parse_matrix(OURS)


def rating(competency, value, phase="manager", rater=MIA, **more):
    return {
        **{"person_id": ANA, "rater_id": rater, "competency": competency, "phase": phase},
        **{"value": value, "at": "2026-06-15", "matrix": "Ours 3"},
        **more,
    }


def item(name, date="2026-03-02", text="Acme took a plan.", **more):
    return {
        **{"evidence_id": name, "person_id": ANA, "date": date, "text": text},
        **{"account_id": "AC-100001", "private": False},
        **more,
    }


def team(ratings=(), evidence=(), *, level="mid", role="csm", **tables):
    """Ana, whom Mia manages, owns Acme; Ben owns Bolt."""
    rows = {
        "people": [
            {"person_id": ANA, "name": "Ana Ruiz", "role": role, "level": level, "manager_id": MIA},
            {"person_id": BEN, "name": "Ben Stone", "email": BEN, "role": "csm", "manager_id": MIA},
            {"person_id": MIA, "name": "Mia Kahn", "role": "manager"},
        ],
        "accounts": [
            {"account_id": "AC-100001", "name": "Acme"},
            {"account_id": "AC-100002", "name": "Bolt Industries"},
        ],
        "ownership": [
            {"account_id": "AC-100001", "person_id": ANA, "start": "2025-01-01"},
            {"account_id": "AC-100002", "person_id": BEN, "start": "2025-01-01"},
        ],
        "contracts": [
            {"account_id": "AC-100001", "start": "2025-01-01", "arr": 100.0},
            {"account_id": "AC-100002", "start": "2025-01-01", "arr": 200.0},
        ],
        "ratings": list(ratings),
        "evidence": list(evidence),
        **tables,
    }
    made = {}
    for name, records in rows.items():
        if not records:
            continue
        frame = pd.DataFrame(records)
        for column in frame:
            if TABLES[name][column].kind == "date":
                frame[column] = pd.to_datetime(frame[column])
        made[name] = TABLES[name].conform(frame)
    return Cycle(made, Period.parse("2026-01-01:2026-06-30"), "EUR")
