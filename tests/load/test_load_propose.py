"""A proposed map says how sure it is, and applies nothing it is not sure of."""

import pytest

from csmkit.load.assistant.guess import guess_table
from csmkit.load.assistant.propose import propose_map
from csmkit.load.assistant.synonyms import likeness, plain, synonyms
from csmkit.load.maps.reader import parse_map
from csmkit.load.read import read_export
from csmkit.load.sources.files import open_export
from csmkit.schema import TABLES


def rows(proposal):
    return {
        (r.header, f"{r.table}.{r.column}"): (r.confidence, r.active)
        for r in proposal.columns.itertuples()
    }


def test_a_known_header_is_sure_and_says_whose_it_is(write):
    proposal = propose_map(write({"accounts.csv": "Company Id,name,CSM\n1,Acme,Ana\n"}))
    assert rows(proposal)[("Company Id", "accounts.account_id")] == (0.95, True)
    assert 'account_id = "Company Id"  # sure 0.95: its name in Gainsight' in proposal.text


@pytest.mark.parametrize(
    ("file", "header", "value"),
    [
        ("contracts.csv", "nrr30", "5"),
        ("contracts.csv", "Contract Value", "5"),
        ("contracts.csv", "MRR", "5"),
        ("contracts.csv", "AnnualRevenue", "5"),
        ("accounts.csv", "OwnerId", "005"),
        ("health.csv", "ChurnScores", "80"),
        ("health.csv", "healthScore", "8"),
    ],
)
def test_traps_are_never_in_force(write, file, header, value):
    table = file.removesuffix(".csv")
    proposal = propose_map(write({file: f"account_id,{header}\nA1,{value}\n"}))
    row = proposal.columns[proposal.columns["header"] == header].iloc[0]
    assert not row["active"]
    assert f"# {row['column']} = " in proposal.text
    in_force = [line for line in proposal.text.splitlines() if not line.startswith("#")]
    assert not any(header in line for line in in_force)
    assert row["table"] == table


def test_a_source_waits_for_the_columns_it_needs(write):
    proposal = propose_map(
        write(
            {
                "accounts.csv": "account_id,name\nA1,Acme\n",
                "movements.csv": "account_id,date\nA1,2026-01-01\n",
            }
        )
    )
    assert [s.table for s in parse_map(proposal.text).sources] == ["accounts"]
    assert "# kind is needed, and no column is sure to be it." in proposal.text
    assert proposal.columns.groupby("table")["active"].any().to_dict() == {
        "accounts": True,
        "movements": False,
    }


def test_an_order_is_proposed_only_if_proven(write):
    proposal = propose_map(
        write(
            {
                "subscriptions.csv": "account_id,start_date,end_date,arr\nA1,13-01-2024,01-02-2024,5\n"
            }
        )
    )
    assert 'start = { column = "start_date", date_order = "dmy" }  # sure' in proposal.text
    assert '# end = { column = "end_date", date_order = "?" }  # unsure 0.70' in proposal.text


def test_two_columns_that_fit_one_are_both_unsure(write):
    proposal = propose_map(
        write({"accounts.csv": "account_id,Account Name,Customer Name\nA1,x,y\n"})
    )
    assert rows(proposal)[("Account Name", "accounts.name")] == (0.7, False)
    assert rows(proposal)[("Customer Name", "accounts.name")] == (0.7, False)


def test_values_speak_against_a_header(write):
    proposal = propose_map(
        write({"subscriptions.csv": "account_id,start_date,arr\nA1,soon,much\n"})
    )
    assert rows(proposal)[("start_date", "contracts.start")] == (0.3, False)
    assert rows(proposal)[("arr", "contracts.arr")] == (0.3, False)


def test_not_every_ticket_is_an_escalation(write):
    proposal = propose_map(write({"tickets.csv": "account_id,opened\nA1,2024-01-31\n"}))
    assert not proposal.columns["active"].any()
    assert "# [[source]]" in proposal.text


def test_canonical_names_are_sure(small):
    folder = small()
    proposal = propose_map(folder)
    assert proposal.columns["active"].all()
    assert set(proposal.columns["confidence"]) == {1.0}
    (folder / "map.toml").write_text(proposal.text, encoding="utf-8")
    assert len(read_export(folder, period="2024-01-01:2024-06-30").table("contracts")) == 2


def test_odd_names_survive_the_map(write):
    proposal = propose_map(write({'accounts "x".csv': '"Account\n Name",account_id\nAcme,1\n'}))
    source = parse_map(proposal.text).sources[0]
    assert source.file == 'accounts "x".csv'
    assert source.columns["name"].column == "Account\n Name"


def test_every_synonym_points_to_a_column():
    for target in synonyms():
        table, column = target.split(".")
        assert column in TABLES[table]


@pytest.mark.parametrize(
    ("header", "words"),
    [("OwnerId", "owner id"), ("jbcxm_users_c", "jbcxm users"), ("NPS®", "nps"), ("ARR__c", "arr")],
)
def test_headers_in_plain_words(header, words):
    assert plain(header) == words


def test_a_guess_that_asks_lists_the_words_it_asks_about(write):
    proposal = propose_map(write({"team.csv": "name,Role\nAna,CSM\nBen,Chief of joy\n"}))
    assert 'role = { column = "Role", values = { "Chief of joy" = "?" } }' in proposal.text


def test_a_second_guess_for_a_column_says_that_it_takes_the_place_of_the_first(write):
    text = "account_id,start,arr,mrr\nA1,2026-01-01,12,1\n"
    lines = propose_map(write({"contracts.csv": text})).text.splitlines()
    second = next(line for line in lines if line.startswith("# arr = "))
    assert second.endswith("in place of the line above")


def test_headers_without_a_place_are_named_where_something_is_needed(write):
    proposal = propose_map(
        write({"contracts.csv": "account_id,start,Weird money\nA1,2026-01-01,1\n"})
    )
    assert "## Headers of this file without a place: Weird money" in proposal.text


def test_a_file_that_cannot_be_read_is_named(write):
    folder = write({"accounts.csv": "account_id,name\nA1,Acme\n", "empty.csv": ""})
    assert "## empty.csv could not be read" in propose_map(folder).text


def test_a_hidden_sheet_is_never_sure():
    headers = ["account_id", "name"]
    assert guess_table("book.xlsx#Accounts", headers).confidence == 1.0
    hidden = guess_table("book.xlsx#Accounts", headers, hidden=True)
    assert (hidden.table, hidden.confidence) == ("accounts", 0.5)
    assert hidden.reason.endswith("the sheet is hidden")


def test_an_opened_export_may_be_given(write):
    folder = write({"accounts.csv": "account_id,name\nA1,Acme\n"})
    assert propose_map(open_export(folder)).text == propose_map(folder).text


def test_what_must_be_said_beside_a_column_is_a_value_and_not_a_text(write):
    proposal = propose_map(write({"licences.csv": "account_id,start,arr\nA1,13-01-2024,5\n"}))
    rules = dict(zip(proposal.columns["column"], proposal.columns["rules"], strict=True))
    assert rules["start"] == {"date_order": "dmy"}
    assert rules["arr"] == {}


FLAT = (
    "Account,CSM,ARR,Currency,Contract Start,Contract End,Renewal Date,Health\n"
    "Acme,Ana,10,EUR,2024-02-01,2025-01-31,2025-01-31,green\n"
    "Bolt,Ben,20,USD,2024-03-01,2025-02-28,2025-02-28,red\n"
)


def test_one_list_fills_accounts_and_contracts_and_asks_as_of_which_day_the_health_is(write):
    text = propose_map(write({"book of business.csv": FLAT})).text
    accounts, contracts = parse_map(text).sources
    assert {k: v.column for k, v in accounts.columns.items()} == {
        "account_id": "Account",
        "name": "Account",
        "owner": "CSM",
        "contract_start": "Contract Start",
    }
    assert contracts.table == "contracts"
    assert contracts.columns["account_id"].column == "Account"
    assert contracts.columns["arr"].rules.currency_column == "Currency"
    assert '# table = "health"' in text
    assert '# date = { const = "?" }  # as of which day is this list? YYYY-MM-DD' in text
    assert '"renewals"' not in text


@pytest.mark.parametrize(
    ("headers", "row", "table", "reason"),
    [
        ("ARR", "5", "arr_snapshots", "it also has ARR"),
        ("ARR,Contract Start", "5,2019-01-31", "contracts", "no last day is there"),
        ("Renewal Date,Renewal Status", "2025-01-31,renewed", "renewals", "Renewal Date"),
    ],
)
def test_what_else_a_list_of_accounts_fills(write, headers, row, table, reason):
    folder = write({"accounts.csv": f"Company Id,Company,{headers}\n1,Acme,{row}\n"})
    text = propose_map(folder).text
    assert any(f'table = "{table}"' in line and reason in line for line in text.splitlines())


def test_what_another_file_may_say_already_is_not_in_force_twice(write):
    text = propose_map(
        write(
            {
                "accounts.csv": "Company Id,Company,ARR\n1,Acme,5\n",
                "contracts.csv": "account_id,start,arr\n1,2024-01-31,5\n",
            }
        )
    ).text
    assert [s.table for s in parse_map(text).sources] == ["accounts", "contracts"]
    assert "another file may say that already" in text


@pytest.mark.parametrize(
    ("file", "headers", "table", "sure"),
    [
        ("book.csv", "Customer ID,CSM,Start,End,ARR", "contracts", False),
        ("list.csv", "Customer ID,CSM,Start,End", "ownership", False),
        ("book.csv", "Customer ID,CSM,Start,End", "ownership", True),
        ("book of business.csv", "Account,CSM,ARR,Start", "accounts", True),
    ],
)
def test_an_amount_says_that_a_list_is_not_of_who_owned_what(file, headers, table, sure):
    guess = guess_table(file, headers.split(","))
    assert (guess.table, guess.confidence >= 0.9) == (table, sure)


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("accounts", "Kundennr.", "account_id"),
        ("accounts", "Kundenname", "name"),
        ("accounts", "Betreuer", "owner"),
        ("contracts", "Vertragsbeginn", "start"),
        ("contracts", "Contract Start Date", "start"),
        ("contracts", "Contract End Date", "end"),
        ("contracts", "Vertragsende", "end"),
        ("health", "Ampel", "status"),
        ("health", "As of", "date"),
        ("accounts", "customerTo", "churn_date"),
        ("accounts", "Account", "name"),
    ],
)
def test_a_spelling_fits_its_column_best(table, header, column):
    best = max(TABLES[table].columns, key=lambda c: likeness(header, table, c).confidence)
    assert best.name == column
    assert likeness(header, table, best).confidence >= 0.9


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("accounts", "customerTo", "account_id"),
        ("accounts", "Account Owner", "account_id"),
        ("renewals", "renewal_id", "due"),
        ("contracts", "Kunde", "arr"),
    ],
)
def test_a_header_is_not_what_it_is_only_spelled_like(table, header, column):
    assert likeness(header, table, TABLES[table][column]).confidence == 0


def test_a_cases_own_number_is_a_trap():
    assert likeness("CaseNumber", "escalations", TABLES["escalations"]["recurrence_of"]).trap


@pytest.mark.parametrize("header", ["Vertragswert", "Jahresumsatz", "Annual Contract Value"])
def test_amounts_that_may_be_something_else_are_traps(header):
    assert likeness(header, "contracts", TABLES["contracts"]["arr"]).trap


def test_where_the_table_is_in_doubt_only_it_is_called_unsure(write):
    text = propose_map(write({"tickets.csv": "account_id,opened\n1,2024-01-31\n"})).text
    assert text.count("unsure") == 1
    assert '# opened = "opened"  # 0.95: the header is our own name' in text


def test_a_column_of_other_words_is_no_currency(write):
    folder = write({"contracts.csv": "account_id,start,arr,Currency\n1,2024-01-31,5,Gold\n"})
    assert parse_map(propose_map(folder).text).sources[0].columns["arr"].rules.currency_column == ""
