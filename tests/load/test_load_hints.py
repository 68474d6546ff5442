"""What the assistant sees beside the headers: groups, months, days, colours, and the way out."""

import pytest

from csmkit.load.assistant.draft import open_draft
from csmkit.load.assistant.guess import guess_columns
from csmkit.load.assistant.hints import months_hint
from csmkit.load.assistant.propose import propose_map
from csmkit.load.assistant.questions import without_syntax
from csmkit.load.assistant.review import review
from csmkit.load.maps.reader import parse_map
from csmkit.load.read import read_export
from csmkit.load.sources.files import open_export

GROUPED = (
    "CSM,Customer,Start Date\nAna,Acme,2025-01-01\n,Bolt,2025-02-01\nSubtotal Ana,,\n"
    "Bo,Cobalt,2025-03-01\n,Delta,2025-04-01\nSubtotal Bo,,\n"
)


def answered(draft, *answers):
    """The draft after answers in the terminal, Enter for the rest; and all that was said."""
    rest, told = iter(answers), []

    def ask(prompt):
        told.append(prompt)
        return next(rest, "")

    draft, _ = review(draft, ask=ask, tell=told.append)
    return draft, "\n".join(told)


def texts(draft, level):
    return [standing.text for standing in draft.status() if standing.level == level]


def test_enter_all_the_way_maps_a_list_with_subtotals(write):
    folder = write({"portfolio.csv": GROUPED})
    draft, told = answered(open_draft(folder))
    assert "2 of 4 cells are blank, all below a name" in told
    (folder / "map.toml").write_text(draft.text(), encoding="utf-8")
    accounts = read_export(folder, period="2026-01-01:2026-06-30").table("accounts")
    assert accounts["account_id"].tolist() == ["Acme", "Bolt", "Cobalt", "Delta"]
    assert accounts["owner"].notna().all()
    assert parse_map(draft.text()).layouts["portfolio.csv"].fill_down == ("CSM",)


def test_whether_blanks_are_the_value_above_is_asked_and_can_be_taken_back(write):
    draft = open_draft(write({"portfolio.csv": GROUPED})).choose_table("portfolio.csv", "accounts")
    said = "portfolio.csv: CSM is blank in 2 of 4 rows."
    assert any(text.startswith(said) for text in texts(draft, "open"))
    above = draft.say("portfolio.csv", "CSM", "fill_down", "above")
    owner = [c.value for _, row in above.preview("portfolio.csv").rows for c in row[-1:]]
    assert owner == ["Ana", "Ana", "Bo", "Bo"]
    assert not any(text.startswith(said) for text in texts(above, "open"))
    again = above.say("portfolio.csv", "CSM", "fill_down", "")
    assert any(text.startswith(said) for text in texts(again, "open"))
    blank = draft.say("portfolio.csv", "CSM", "fill_down", "blank")
    assert not any(text.startswith(said) for text in texts(blank, "open"))
    assert parse_map(blank.text()).layouts["portfolio.csv"].fill_down == ()


@pytest.mark.parametrize(
    "cells", [["Ana", "", "Ana", ""], ["", "Ana", "", "Bo"], ["Ana", "Bo", "", "Cy"]]
)
def test_other_blanks_are_no_groups(write, cells):
    rows = "".join(f"{n},A{n},{cell}\n" for n, cell in enumerate(cells))
    draft = open_draft(write({"accounts.csv": f"account_id,name,CSM\n{rows}"}))
    assert not any("is blank in" in text for text in texts(draft, "open"))


def test_a_name_may_be_used_once_more_as_id(write):
    draft = open_draft(write({"accounts.csv": "Customer,CSM\nAcme,Ana\nAcme,Ana\nBolt,Bo\n"}))
    assert draft.lacking(draft.part("accounts.csv")) == ["account_id"]
    decided, told = answered(draft)
    assert "The account's name may serve as its id" in told
    columns = parse_map(decided.text()).sources[0].columns
    assert (columns["account_id"].column, columns["name"].column) == ("Customer", "Customer")
    back = decided.use_again("accounts.csv", "account_id", "")
    assert back.lacking(back.part("accounts.csv")) == ["account_id"]


def test_rows_without_a_name_do_not_keep_names_from_being_ids(write):
    text = propose_map(write({"accounts.csv": "Customer,CSM\nAcme,Ana\n,Bo\nBolt,Bo\n"})).text
    assert 'account_id = "Customer"  # the same column once more' in text


@pytest.mark.parametrize("header", ["Renewal Date", "Verlängerung", "Next renewal"])
def test_a_renewal_that_nothing_uses_is_told(write, header):
    folder = write({"accounts.csv": f"account_id,name,{header}\n1,Acme,2026-03-31\n"})
    draft = open_draft(folder)
    (told,) = [text for text in texts(draft, "note") if "renewals (due)" in text]
    assert told.startswith(f"accounts.csv: {header} is not used.")
    assert "could fill renewals (due)" in answered(draft)[1]


def test_a_renewal_date_is_offered_as_a_contract_s_end_and_never_taken(write):
    guesses = guess_columns(
        "contracts.csv",
        ["Renewal Date"],
        lambda _: propose_texts("2026-03-31"),
        "contracts",
    )
    assert (guesses["Renewal Date"].column, guesses["Renewal Date"].trap) == ("end", True)


def propose_texts(*values):
    import pandas as pd

    return pd.Series(list(values), dtype="str")


@pytest.mark.parametrize(
    "header",
    ["Snapshot date", "As-of date", "Date recorded", "Scored on", "Stichtag", "Logged", "Tag"],
)
def test_the_day_of_a_score_is_known_or_seen_by_its_dates(write, header):
    text = f"account_id,{header},RAG\n1,2026-01-31,red\n1,2026-02-28,green\n"
    draft = open_draft(write({"health.csv": text}))
    decided, told = answered(draft)
    assert "As of which day" not in told.replace("as of which day", "As of which day")
    assert draft.part("health.csv").line(header).guess.column == "date"
    assert parse_map(decided.text()).sources[0].columns["date"].column == header


def test_a_date_of_something_else_is_not_the_day_of_a_list(write):
    folder = write({"health.csv": "account_id,Renewal Date,RAG\n1,2026-01-31,red\n"})
    assert "as of which day is this list" in answered(open_draft(folder))[1]


@pytest.mark.parametrize(
    "words",
    ["grün gelb rot", "vert orange rouge", "verde amarillo rojo", "verde giallo rosso"],
)
def test_colours_of_health_are_known_in_other_languages(write, words):
    good, fair, bad = words.split()
    text = f"Kunden-Nr.,Kunde,Betreuer,Status\n1,A,Ana,{good}\n2,B,Ana,{fair}\n3,C,Bo,{bad}\n"
    draft = open_draft(write({"accounts.csv": text}))
    assert draft.part("accounts.csv").line("Status").guess is None
    draft = draft.say_always("accounts.csv (2)", "date", "2026-01-31")
    assert [row[1][-1].value for row in draft.preview("accounts.csv (2)").rows] == [
        "green",
        "yellow",
        "red",
    ]


def test_a_column_of_colours_is_the_health_whatever_it_is_called(write):
    text = "account_id,date,Zustand\n1,2026-01-31,rot\n2,2026-01-31,grün\n"
    guess = open_draft(write({"health.csv": text})).part("health.csv").line("Zustand").guess
    assert (guess.column, guess.reason) == ("status", "its values are colours of health")


@pytest.mark.parametrize(
    "headers",
    [
        ["Jan-26", "Feb-26", "Mar-26"],
        ["2026-01", "2026-02", "2026-03"],
        ["2026-01-01 00:00:00", "2026-02-01 00:00:00", "2026-03-01 00:00:00"],
        ["MRR Januar 2026", "MRR Februar 2026", "MRR März 2026"],
        ["Jan", "Feb", "March"],
        ["01/2026", "02/2026", "03/2026"],
    ],
)
def test_months_side_by_side_are_told_with_the_way_out(headers):
    assert "Unpivot" in months_hint(["Account", *headers])


@pytest.mark.parametrize(
    "headers", [["Market 1", "Marker 2", "Decision"], ["Q1 ARR", "ARR", "May"]]
)
def test_other_headers_are_no_months(headers):
    assert months_hint(headers) == ""


def test_months_are_told_in_the_review_the_map_and_the_status(write):
    draft = open_draft(
        write({"mrr.csv": "Account ID,Account,CSM,Jan-26,Feb-26,Mar-26\n1,A,Ana,1,2,3\n"})
    )
    decided, told = answered(draft)
    assert "The months Jan-26 to Mar-26 stand side by side." in told
    assert "## The months Jan-26 to Mar-26" in decided.text()
    assert [source.table for source in parse_map(decided.text()).sources] == ["accounts"]


def test_enter_takes_what_is_needed_and_the_only_list_of_customers(write):
    text = "Account,Owner,Contract ID,ARR,Start,End\n"
    text += "Acme,Ana,C1,5,2025-01-01,2025-12-31\nBolt,Bo,C2,6,2025-01-01,2025-12-31\n"
    draft, _ = answered(open_draft(write({"contracts.csv": text})))
    contracts, accounts = parse_map(draft.text()).sources
    assert contracts.columns["account_id"].column == "Account"
    assert {k: v.column for k, v in accounts.columns.items()} == {
        "account_id": "Account",
        "name": "Account",
        "owner": "Owner",
    }


def test_a_sheet_without_accounts_is_told_the_look_up(write):
    folder = write(
        {
            "accounts.csv": "account_id,name,CSM\nA1,Acme,Ana\n",
            "users.csv": "user_id,account_id\nu1,A1\nu2,A1\n",
            "events.csv": "user_id,date,type\nu1,2026-01-01,call\nu2,2026-01-02,call\n",
        }
    )
    _, told = answered(open_draft(folder))
    assert (
        'account_id = { column = "user_id", in = "users.csv", match = "user_id", take ='
        ' "account_id" }'
    ) in told


def test_relations_of_accounts_are_not_the_accounts(write):
    folder = write({"AccountContactRelation.csv": "Id,AccountId,ContactId\n1,A,C\n"})
    part = open_draft(folder).part("AccountContactRelation.csv")
    assert not part.used
    assert "something about accounts" in part.reason


def test_of_two_columns_one_that_never_changes_is_not_the_proposal(write):
    text = (
        "AccountId,ActivityDate,TaskSubtype,Type\nA,2026-01-01,Task,Call\nB,2026-01-02,Task,QBR\n"
    )
    draft, _ = answered(open_draft(write({"tasks.csv": text})))
    assert parse_map(draft.text()).sources[0].columns["type"].column == "Type"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            'a monthly amount: if the column is right, write is = "mrr" beside it',
            "a monthly amount",
        ),
        (
            "dates; day or month may come first: say date_order",
            "dates; day or month may come first",
        ),
        ("a usual name for it; write one of red, green for each ?", "a usual name for it"),
        ("not every ticket is an escalation: say where", "not every ticket is an escalation"),
    ],
)
def test_reasons_are_told_without_the_map_s_syntax(reason, said):
    assert without_syntax(reason) == said


def test_a_name_of_no_product_is_called_usual(write):
    reason = open_draft(write({"accounts.csv": "Customer,CSM\nAcme,Ana\n"})).parts[0].lines[0].guess
    assert reason.reason == "a usual name for it"


def test_an_opened_sheet_is_asked_about_only_if_it_has_rows(write):
    folder = write({"accounts.csv": "account_id,name\nA,Acme\n", "later.csv": "a,b\n"})
    _, told = answered(open_draft(open_export(folder)))
    assert "Not asked about, for there are no rows: later.csv." in told
