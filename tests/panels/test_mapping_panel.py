"""The panel without a browser: messages in, state out, and the file it writes."""

import json

import pytest

import csmkit as ck
from csmkit.load.maps.reader import read_map

ACCOUNTS = "Company Id,Company,CSM,Tier\n1,Acme,Ana,Gold\n2,Bolt,Ben,Silver\n"
BOOKS = "account_id,owner,from,to\n1,Ana,03-04-2024,\n2,Ben,05-06-2024,\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (tmp_path / "books.csv").write_text(BOOKS, encoding="utf-8")
    return tmp_path


class Hand:
    """Sends messages to a panel as the browser does."""

    def __init__(self, panel):
        self.panel = panel
        self.sent = 0

    def __call__(self, do, **more):
        self.sent += 1
        message = {"do": do, "id": self.sent, **more}
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.panel.state


def lines(state):
    return {line["header"]: line for line in state["part"]["lines"]}


def test_the_state_travels_as_json_and_carries_the_number_of_the_last_message(folder):
    panel = ck.map_panel(folder)
    state = Hand(panel)("show", part="books.csv")
    assert state["seen"] == 1
    assert state["part"]["key"] == "books.csv"
    assert json.loads(json.dumps(state)) == state
    assert lines(state)["from"]["examples"] == ["03-04-2024", "05-06-2024"]


def test_an_answer_changes_the_preview(folder):
    send = Hand(ck.map_panel(folder))
    before = send("show", part="books.csv")["part"]["preview"]
    assert before["columns"] == ["account_id", "person_id"]
    send("say", part="books.csv", header="from", rule="date_order", answer="mdy")
    after = send("nothing")["part"]["preview"]
    place = after["columns"].index("start")
    assert after["rows"][0][1][place] == ["03-04-2024", "4 Mar 2024", False]
    assert after["kept"] == 2


def test_what_is_missing_goes_as_it_is_answered(folder):
    send = Hand(ck.map_panel(folder))
    waiting = "books.csv: from waits for an answer before it can be start."
    assert waiting in [s["text"] for s in send("nothing")["status"]]
    state = send("say", part="books.csv", header="from", rule="date_order", answer="dmy")
    assert waiting not in [s["text"] for s in state["status"]]
    state = send("table", part="accounts.csv", table="")
    assert state["status"][0]["level"] == "stops"


def test_saving_writes_the_map_where_the_export_is_read_from(folder):
    send = Hand(ck.map_panel(folder))
    state = send("column", part="accounts.csv", header="Tier", column="segment")
    assert state["dirty"]
    assert state["saved"] == ""
    state = send("save")
    assert (state["dirty"], len(state["saved"])) == (False, len("14:03:22"))
    assert read_map(folder / "map.toml").sources[0].columns["segment"].column == "Tier"


def test_a_map_that_somebody_else_changed_is_replaced_only_when_asked(folder):
    send = Hand(ck.map_panel(folder))
    (folder / "map.toml").write_text("# mine\n", encoding="utf-8")
    state = send("save")
    assert "was changed by somebody else" in state["ask"]
    assert (state["dirty"], state["saved"]) == (True, "")
    assert (folder / "map.toml").read_text(encoding="utf-8") == "# mine\n"
    state = send("save", over=True)
    assert (state["ask"], state["dirty"]) == ("", False)
    assert (folder / "map.toml.bak").read_text(encoding="utf-8") == "# mine\n"


def test_a_step_that_is_refused_is_answered_with_the_reason(folder):
    send = Hand(ck.map_panel(folder))
    state = send("currency", code="euros")
    assert "is no currency" in state["problem"]
    assert state["seen"] == 1
    assert send("currency", code="eur")["currency"] == "EUR"


def test_a_folder_that_cannot_be_written_is_said_and_not_called_saved(folder):
    state = Hand(ck.map_panel(folder, map=folder / "no" / "such" / "map.toml"))("save")
    assert "cannot be written" in state["problem"]
    assert state["saved"] == ""


def test_a_panel_goes_on_with_the_map_that_is_there(folder):
    send = Hand(ck.map_panel(folder))
    send("column", part="accounts.csv", header="Tier", column="segment")
    send("save")
    state = ck.map_panel(folder).state
    line = lines(state)["Tier"]
    assert (line["column"], line["by"]) == ("segment", "map")
    assert not state["dirty"]


def test_for_an_export_in_canonical_form_nothing_is_asked():
    state = ck.map_panel(ck.find_export().export).state
    assert state["plain"]
    assert not state["dirty"]
    assert [s for s in state["status"] if s["level"] != "note"] == []
    assert [part["open"] for part in state["parts"]] == [0] * len(state["parts"])


def test_hostile_names_travel_as_they_are_and_hidden_characters_do_not_show(tmp_path):
    name = "<img src=x onerror=alert(1)>"
    (tmp_path / "accounts.csv").write_text(
        f"account_id,name,{name},b\u202ead\n1,{name},x,y\n", encoding="utf-8"
    )
    found = lines(ck.map_panel(tmp_path).state)
    assert found[name]["shown"] == name
    assert [line["shown"] for line in found.values()][-1] == "bad"


def test_the_page_takes_text_from_files_as_text_only():
    script = ck.map_panel(ck.find_export().export)._esm
    for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "http"):
        assert markup not in script


def test_a_sheet_fills_one_more_table_and_is_shown(folder):
    state = Hand(ck.map_panel(folder))("add", part="accounts.csv", table="health")
    assert (state["part"]["key"], state["part"]["table"]) == ("accounts.csv (2)", "health")
    assert state["part"]["of_a_day"]
    assert lines(state)["Company Id"]["column"] == "account_id"


def test_a_meaning_is_proposed_and_not_taken(tmp_path):
    (tmp_path / "team.csv").write_text("name,Role\nAna,Sr. CSM\n", encoding="utf-8")
    (question,) = lines(ck.map_panel(tmp_path).state)["Role"]["questions"]
    assert (question["answer"], question["proposal"], question["open"]) == ("", "csm", True)


GROUPED = "CSM,Customer,ARR\nAna,Acme,5\n,Bolt,6\nBo,Cobalt,7\n,Delta,8\n"


def test_one_column_fills_two_and_blanks_take_the_value_above(tmp_path):
    (tmp_path / "accounts.csv").write_text(GROUPED + ",Acme,9\n", encoding="utf-8")
    send = Hand(ck.map_panel(tmp_path))
    part = send("show", part="accounts.csv")["part"]
    assert (part["lacking"], part["kept"]) == (["account_id"], [])
    part = send("again", part="accounts.csv", column="account_id", header="Customer")["part"]
    assert (part["lacking"], part["again"]) == ([], {"account_id": "Customer"})
    (question,) = lines({"part": part})["CSM"]["questions"]
    assert (question["key"], question["proposal"]) == ("fill_down", "above")
    send("say", part="accounts.csv", header="CSM", rule="fill_down", answer="above")
    send("save")
    assert read_map(tmp_path / "map.toml").layouts["accounts.csv"].fill_down == ("CSM",)


def test_what_other_tables_of_a_sheet_use_is_said(tmp_path):
    (tmp_path / "accounts.csv").write_text("Customer,CSM,ARR\nAcme,Ana,5\n", encoding="utf-8")
    state = ck.map_panel(tmp_path).state
    assert state["part"]["elsewhere"]["ARR"] == ["arr_snapshots"]
    assert [(p["name"], p["also"]) for p in state["parts"]] == [
        ("accounts.csv", False),
        ("accounts.csv", True),
    ]


def test_what_is_missing_leads_to_where_it_is_said_and_why_a_file_is_unread(tmp_path):
    (tmp_path / "accounts.csv").write_text("account_id,name\n1,Acme\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    state = ck.map_panel(tmp_path).state
    assert next((s["level"], s["part"]) for s in state["status"]) == ("stops", "accounts.csv")
    assert state["unread"][0].startswith("empty.csv is empty.")


def test_no_day_is_asked_for_while_a_column_of_dates_is_offered(tmp_path):
    (tmp_path / "health.csv").write_text(
        "account_id,Logged,RAG\n1,2026-01-31,red\n", encoding="utf-8"
    )
    send = Hand(ck.map_panel(tmp_path))
    part = send("table", part="health.csv", table="health")["part"]
    assert not part["of_a_day"]
    part = send("column", part="health.csv", header="Logged", column="")["part"]
    assert part["of_a_day"]


def test_remedies_in_the_panel_hold_no_sections_of_the_map(tmp_path):
    (tmp_path / "accounts.csv").write_text(
        "My list\n\naccount_id,name,owner\n1,Acme,Ana\nTotal,,\n", encoding="utf-8"
    )
    preview = ck.map_panel(tmp_path).state["part"]["preview"]
    assert preview["findings"]
    assert not any("[[" in one["remedy"] for one in preview["findings"])
