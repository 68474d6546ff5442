"""Mentions of accounts and people in other forms than their ids: matched and told, or left and named."""

import pandas as pd
import pytest

from csmkit.load.findings import FILE, ROW, SOURCE, no_findings
from csmkit.load.linking.account_ids import long_id, match_accounts
from csmkit.load.linking.tables import link_tables

SHORT = "001d000000XyZab"


def frame(text, file):
    """A table written as one row per line, cells parted by |; a blank cell is missing."""
    head, *lines = [[cell.strip() or None for cell in line.split("|")] for line in text]
    table = pd.DataFrame(lines, columns=head, dtype="str")
    for column in ("start", "date", "opened"):
        if column in table:
            table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    table[FILE], table[ROW], table[SOURCE] = file, range(2, 2 + len(table)), 1
    return table


def linked(tables, *, aliases=None, merge=None):
    frames = {name: frame(text, f"{name}.csv") for name, text in tables.items()}
    out, found = link_tables(frames, aliases=aliases or {}, merge=merge or {}, unread=no_findings())
    return out, found


def told(found, kind, *columns):
    rows = found[found["kind"] == kind]
    return (
        rows[list(columns)].to_numpy().tolist() if len(columns) > 1 else rows[columns[0]].tolist()
    )


ACCOUNTS = ["account_id|name", "A1|Acme", "A2|Bolt", "A3|Bolt"]


def calls(*accounts):
    return ["account_id|date|type", *(f"{account}|2026-01-01|call" for account in accounts)]


def test_the_two_forms_of_a_salesforce_id_are_one():
    assert long_id(SHORT) == "001d000000XyZabAAF"
    out, found = linked(
        {
            "accounts": ["account_id|name", f"{SHORT}|Acme", "001d000000XyZaB|Bolt"],
            "touchpoints": calls("001d000000XyZabAAF", long_id("001d000000XyZaB")),
        }
    )
    assert out["touchpoints"]["account_id"].tolist() == [SHORT, "001d000000XyZaB"]
    assert told(found, "account_id_form", "file", "column") == [["touchpoints.csv", "account_id"]]
    assert "2 accounts in 2 rows" in told(found, "account_id_form", "message")[0]


def test_a_long_id_whose_check_fails_is_not_joined():
    out, found = linked(
        {
            "accounts": ["account_id|name", f"{SHORT}|Acme"],
            "touchpoints": calls("001d000000xyzabAAF".lower()),
        }
    )
    assert out["touchpoints"].empty
    assert told(found, "unknown_account", "value") == ["001d000000xyzabaaf"]


def test_a_number_with_a_point_and_a_unique_name_are_matched_and_counted():
    out, found = linked(
        {
            "accounts": ["account_id|name", "10002|Acme", "10003|Bolt"],
            "touchpoints": calls("10002.0", "bolt", "Bolt", "10003"),
        }
    )
    assert out["touchpoints"]["account_id"].tolist() == ["10002", "10003", "10003", "10003"]
    assert out["touchpoints"]["_account"].tolist() == [0, 1, 1, 1]
    assert told(found, "account_id_form", "value") == ["10002.0"]
    assert told(found, "account_by_name", "value") == ["bolt, Bolt"]


@pytest.mark.parametrize(
    ("text", "likely"),
    [("a1", "'A1'"), ("A-1", "'A1'"), ("Acme, Inc.", "'Acme'")],
)
def test_what_is_near_is_named_and_not_joined(text, likely):
    out, found = linked({"accounts": ACCOUNTS, "touchpoints": calls(text)})
    assert out["touchpoints"].empty
    message = told(found, "unknown_account", "message")[0]
    assert f"It may be {likely}" in message
    assert message.endswith("The row is set aside.")


def test_lost_zeros_are_named_and_not_joined():
    _, found = linked({"accounts": ["account_id|name", "0017|Acme"], "touchpoints": calls("17")})
    assert (
        "It may be '0017', which has zeros in front."
        in told(found, "unknown_account", "message")[0]
    )


def test_a_name_of_two_accounts_is_nobodys():
    out, found = linked({"accounts": ACCOUNTS, "touchpoints": calls("Bolt", "A3")})
    assert out["touchpoints"]["account_id"].tolist() == ["A3"]
    assert told(found, "unknown_account", "value") == ["Bolt"]


def test_category_and_text_give_the_same():
    accounts = pd.DataFrame({"account_id": ["A1", "A2"], "name": ["Acme", "Bolt"]}, dtype="str")
    matched = match_accounts(["A2", "A1", "x"], accounts)
    assert matched.places.tolist() == [1, 0, -1]
    text = frame(calls("A2", "Acme", "x"), "t.csv")
    from csmkit.load.linking.account_references import link_accounts

    coded = text.assign(account_id=text["account_id"].astype("category"))
    one, said_one = link_accounts("touchpoints", text, accounts)
    two, said_two = link_accounts("touchpoints", coded, accounts)
    pd.testing.assert_frame_equal(one, two)
    pd.testing.assert_frame_equal(said_one, said_two)
    assert one["account_id"].tolist() == ["A2", "A1"]


def test_an_optional_account_that_is_unknown_is_left_blank():
    out, found = linked(
        {
            "accounts": ACCOUNTS,
            "evidence": ["evidence_id|account_id", "E1|A1", "E2|zzz", "E3|"],
        }
    )
    assert out["evidence"]["account_id"].fillna("-").tolist() == ["A1", "-", "-"]
    assert out["evidence"]["_account"].tolist() == [0, -1, -1]
    assert told(found, "unknown_account", "row") == [3]


MERGED = {
    "accounts": ["account_id|name|owner", "A1|Acme|ana@x.io", "A2|ACME Inc.|", "A3|Acme old|"],
    "touchpoints": calls("A1", "A2", "A3", "ACME Inc."),
}


def test_the_map_merges_accounts_along_a_chain():
    out, found = linked(MERGED, merge={"A3": "A2", "ACME Inc.": "A1"})
    assert out["accounts"]["account_id"].tolist() == ["A1"]
    assert out["touchpoints"]["account_id"].tolist() == ["A1"] * 4
    merged = found[found["kind"] == "account_merged"]
    assert merged.loc[merged["table"] == "accounts", "value"].tolist() == ["A2", "A3"]
    assert merged.loc[merged["table"] == "accounts", "message"].str.endswith("aside.").all()
    counted = merged[merged["table"] == "touchpoints"].set_index("value")["message"]
    assert counted["A2"].startswith("2 rows of 'A2'")
    assert counted["A3"].startswith("1 row of 'A3'")


def test_a_circle_and_an_unknown_account_merge_nothing():
    out, found = linked(MERGED, merge={"A1": "A2", "A2": "A1", "A3": "Nowhere"})
    assert out["accounts"]["account_id"].tolist() == ["A1", "A2", "A3"]
    assert told(found, "merge_unknown", "severity", "value") == [
        ["error", "Nowhere"],
        ["error", "A1"],
    ]


def test_an_id_that_only_other_tables_have_can_be_merged_and_is_told():
    tables = {"accounts": ACCOUNTS, "touchpoints": calls("OLD-1", "A1")}
    out, found = linked(tables, merge={"OLD-1": "A1"})
    assert out["touchpoints"]["account_id"].tolist() == ["A1", "A1"]
    assert told(found, "merge_unknown", "severity", "value") == [["warning", "OLD-1"]]


def test_two_snapshots_of_merged_accounts_on_one_day_are_told():
    _, found = linked(
        {
            "accounts": ACCOUNTS,
            "arr_snapshots": [
                "account_id|date|arr",
                "A1|2026-01-01|10",
                "A2|2026-01-01|5",
                "A2|2026-02-01|5",
            ],
        },
        merge={"A2": "A1"},
    )
    assert told(found, "merged_snapshots", "row") == [3]


PEOPLE = [
    "person_id|name|email|role",
    "u1|Ana Lee|Ana.Lee@x.io|csm",
    "u2|José García|jose@x.io|csm",
    "u3|Sam Lee|sam@x.io|csm",
]


def books(*people):
    return [
        "account_id|person_id|start",
        *(f"A{i}|{who}|2026-01-01" for i, who in enumerate(people, 1)),
    ]


@pytest.mark.parametrize(
    ("text", "person", "kind"),
    [
        ("ana.lee", "ana.lee@x.io", "person_matched"),
        ("Lee, Ana", "ana.lee@x.io", "person_matched"),
        ("jose garcia", "jose@x.io", "person_matched"),
        ("Garcia, Jose", "jose@x.io", "person_matched"),
        ("Ana Lee (inactive)", "ana.lee@x.io", "inactive_person"),
        ("Ana Lee (Inactive User)", "ana.lee@x.io", "inactive_person"),
        ("ana.lee@x.io - Deactivated", "ana.lee@x.io", "inactive_person"),
        ("Lee, Sam [left]", "sam@x.io", "inactive_person"),
    ],
)
def test_other_ways_of_writing_a_person_are_read_and_told(text, person, kind):
    out, found = linked({"people": PEOPLE, "ownership": books(text, text)})
    assert out["ownership"]["person_id"].tolist() == [person, person]
    assert told(found, kind, "value") == [text]


def test_accents_count_where_two_people_differ_in_them():
    people = [*PEOPLE, "u4|Jose Garcia|other@x.io|csm"]
    out, found = linked({"people": people, "ownership": books("Jose Garcia", "José García")})
    assert out["ownership"]["person_id"].tolist() == ["other@x.io", "jose@x.io"]
    assert told(found, "person_matched", "value") == []


@pytest.mark.parametrize(
    "text",
    ["Integration User", "Automated Process", "Gainsight Bot", "noreply@x.io", "Unassigned",
     "Queue EMEA"],
)  # fmt: skip
def test_bots_and_queues_are_nobody(text):
    out, found = linked(
        {
            "accounts": ["account_id|name|owner", f"A1|Acme|{text}", "A2|Bolt|Ana Talbot"],
            "touchpoints": ["account_id|date|type|person_id", f"A1|2026-01-01|call|{text}"],
        }
    )
    assert out["people"]["name"].tolist() == ["Ana Talbot"]
    assert out["accounts"]["owner"].fillna("-").tolist() == ["-", "ana-talbot"]
    assert out["touchpoints"]["person_id"].tolist() == [text]
    assert told(found, "nobody_named", "table") == ["accounts", "touchpoints"]
    assert told(found, "unknown_person", "value") == []


def test_a_stranger_with_many_rows_is_told_once():
    rows = [f"A1|2026-01-0{i}|call|Zed" for i in range(1, 6)]
    _, found = linked(
        {
            "accounts": ACCOUNTS,
            "people": PEOPLE,
            "touchpoints": ["account_id|date|type|person_id", *rows],
        }
    )
    (message,) = told(found, "unknown_person", "message")
    assert "(5 rows)" in message


def test_an_owner_of_two_people_leaves_the_account_without_one():
    people = [*PEOPLE, "u4|Ana Lee|al@x.io|csm"]
    out, found = linked(
        {"people": people, "accounts": ["account_id|name|owner", "A1|Acme|Ana Lee"]}
    )
    assert out["accounts"]["owner"].isna().tolist() == [True]
    assert told(found, "ambiguous_person", "severity", "row") == [["error", 2]]


def test_attendees_are_read_once_for_each_list():
    out, _ = linked(
        {
            "people": PEOPLE,
            "touchpoints": [
                "account_id|date|type|attendees",
                "A1|2026-01-01|call|Ana Lee; sam",
                "A1|2026-01-02|call|",
                "A1|2026-01-03|call|Ana Lee; sam",
            ],
        }
    )
    both = "ana.lee@x.io;sam@x.io"
    assert out["touchpoints"]["attendees"].fillna("-").tolist() == [both, "-", both]


def many(found, kind):
    """How many findings of a kind are listed, and how many more the last of them counts."""
    rows = found[found["kind"] == kind]["rows"]
    return len(rows), int(rows.iloc[-1])


@pytest.fixture
def three(monkeypatch):
    """Three findings of a kind are listed at most."""
    from csmkit.load import findings
    from csmkit.load.checks import accounts as check_accounts
    from csmkit.load.linking import account_references, aliases, people, references

    for module in (findings, account_references, aliases, check_accounts, people, references):
        monkeypatch.setattr(module, "LISTED", 3)


def test_of_many_strangers_the_first_are_listed(three):
    texts = [f"Stranger {i}" for i in range(5)]
    tables = {
        "people": ["person_id|name|email", "P1|Ana Lee|ana.lee@x.io"],
        "accounts": ACCOUNTS,
        "touchpoints": ["account_id|person_id|date", *(f"A1|{t}|2026-01-01" for t in texts)],
    }
    _, found = linked(tables)
    strangers = found[found["kind"].eq("unknown_person") & found["table"].eq("touchpoints")]
    assert strangers["value"].tolist() == [*texts[:3], ""]
    assert strangers["message"].str.contains("1 row").tolist() == [True] * 4


def test_of_many_people_named_in_another_way_the_first_are_listed(three):
    people = [f"P{i}|Ana P{i}|ana.p{i}@x.io" for i in range(5)]
    said = [f"A1|ana.p{i}|2026-01-01" for i in range(5)]
    said += [f"A1|Ana P{i} (inactive)|2026-01-01" for i in range(5)]
    tables = {
        "people": ["person_id|name|email", *people],
        "accounts": ACCOUNTS,
        "touchpoints": ["account_id|person_id|date", *said],
    }
    _, found = linked(tables)
    assert many(found, "person_matched") == (4, 2)
    assert many(found, "inactive_person") == (4, 2)


def test_of_many_people_spelled_twice_or_merged_the_first_are_listed(three):
    from csmkit.load.linking.aliases import possible_doubles
    from csmkit.load.linking.people import link_managers, people_from_owners

    five = range(5)
    doubles = pd.DataFrame(
        {
            "person_id": [x for i in five for x in (f"ana.p{i}@x.io", f"ana-p{i}")],
            "name": [x for i in five for x in (f"ana.p{i}@x.io", f"Ana P{i}")],
        }
    )
    assert many(possible_doubles(doubles), "maybe_same_person") == (4, 2)
    owners = pd.Series([x for i in five for x in (f"Ana P{i}", f"P{i}, Ana")])
    assert many(people_from_owners([owners])[1], "person_spellings") == (4, 2)
    managed = frame(
        ["person_id|name|manager_id", *(f"P{i}|Ana|Boss {i % 4}" for i in five)], "people.csv"
    )
    found = link_managers(managed.assign(email=pd.Series(None, dtype="str")))[1]
    assert many(found, "manager_added") == (4, 1)
    assert "Boss 0 is named as manager of 2 people" in found["message"].iloc[0]


def test_of_many_similar_and_merged_accounts_the_first_are_listed(three):
    from csmkit.load.checks.accounts import check_accounts

    names = ["Acme", "Bolton", "Cordova", "Dunmore", "Elvira"]
    lines = [f"{n[0]}{i}|{n}{end}" for n in names for i, end in enumerate(("", " Inc."))]
    accounts = frame(["account_id|name", *lines], "accounts.csv")
    found = check_accounts({"accounts": accounts})
    assert many(found, "similar_account_names") == (4, 2)
    assert found["remedy"].iloc[1].endswith('[merge]\n"B1" = "B0"')
    _, found = linked(
        {"accounts": ["account_id|name", "A1|Acme", *(f"M{i}|" for i in range(5))], "surveys": [
            "account_id|date", *(f"M{i}|2026-01-01" for i in range(5))
        ]},
        merge={f"M{i}": "A1" for i in range(5)},
    )  # fmt: skip
    moved = found[found["kind"].eq("account_merged") & found["table"].eq("surveys")]
    assert moved["value"].tolist() == ["M0", "M1", "M2", ""]


def test_only_findings_that_are_listed_are_worked_out(three, monkeypatch):
    from csmkit.load import findings
    from csmkit.load.linking import account_ids
    from csmkit.load.linking.account_references import link_accounts

    asked = []
    monkeypatch.setattr(findings, "_shown", lambda value: asked.append(value) or str(value))
    monkeypatch.setattr(account_ids._Likely, "like", lambda _, text: asked.append(text) or "")
    lost = frame(["account_id|date", *(f"X{i}|2026-01-01" for i in range(9))], "t.csv")
    _, found = link_accounts("touchpoints", lost, frame(ACCOUNTS, "accounts.csv"))
    assert asked == ["X0", "X1", "X2"]
    assert many(found, "unknown_account") == (4, 6)
    asked.clear()
    findings.findings_of(
        "touchpoints", lost, "account_id", severity="info", kind="x", message="m", remedy="r"
    )
    assert asked == ["X0", "X1", "X2"]
