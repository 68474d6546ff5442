"""Findings summed up: what each kind is called, what it does to the figures, and its faces."""

import ast
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.load.checks.reach import check_reach
from csmkit.load.checks.renewals import check_renewals
from csmkit.load.finding_kinds import effect_of, finding_kinds, title_of
from csmkit.load.findings import finding, findings_at, join_findings, summarise_findings
from csmkit.load.findings_file import write_findings
from csmkit.load.findings_text import findings_text
from csmkit.load.read import check_export
from csmkit.view.tables import table_rows
from tests.load.test_load_references import frame

LOAD = Path(__file__).resolve().parents[2] / "csmkit" / "load"
MAPS = Path(__file__).resolve().parents[1] / "maps"


def _calls():
    for path in LOAD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def _texts(node):
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_every_kind_that_is_emitted_has_a_title():
    emitted = {t for c in _calls() for k in c.keywords if k.arg == "kind" for t in _texts(k.value)}
    for call in _calls():
        name = getattr(call.func, "id", "")
        place = {"finding": 1, "Note": 0}.get(name)
        if place is not None and len(call.args) > place:
            emitted |= set(_texts(call.args[place]))
    # `kind=` is also a keyword of sorting, and of columns that are looked at as text.
    emitted -= {"stable", "text", "mergesort"}
    assert sorted(emitted - set(finding_kinds())) == []


def test_every_kind_with_a_title_is_emitted():
    code = "\n".join(path.read_text(encoding="utf-8") for path in LOAD.rglob("*.py"))
    assert [kind for kind in finding_kinds() if f'"{kind}"' not in code] == []


def test_every_effect_can_be_written():
    for kind, said in finding_kinds().items():
        assert said["title"]
        for table in ["", *said]:
            assert "{" not in effect_of(kind, table, 2, ["0"])


def test_a_kind_without_an_entry_is_named_by_itself():
    assert title_of("odd_thing") == "Odd thing"
    assert effect_of("odd_thing", "", 1, []) == ""


FOUND = join_findings(
    [
        findings_at([2, 3, 4, 5], severity="info", kind="negative_arr", table="contracts",
                    message="Below zero.", remedy="Look.", file="c.csv", column="arr", value="-1"),
        findings_at([9], severity="warning", kind="unknown_person", table="ownership",
                    message="Nobody.", remedy="Add.", file="o.csv", column="person_id", value="Zed"),
        finding("error", "no_owner", "Nobody owns anything.", "Map it.\n[x]\n\"a\" = \"b\""),
    ]
)  # fmt: skip


def test_the_summary_is_worst_first_with_effect_and_three_examples():
    summary = summarise_findings(FOUND)
    assert summary[["severity", "title", "count", "effect"]].to_numpy().tolist() == [
        ["error", "No owner", 1, "No packet can be made."],
        ["warning", "Person not known", 1, "1 row set aside: on these days the accounts are"
            " unassigned unless somebody else owned them."],
        ["info", "ARR below zero", 4, ""],
    ]  # fmt: skip
    assert summary["examples"].iloc[2] == (
        "c.csv row 2 (arr: -1); c.csv row 3 (arr: -1); c.csv row 4 (arr: -1)"
    )


def test_text_for_the_terminal_is_wrapped_and_keeps_lines_to_paste():
    text = findings_text(summarise_findings(FOUND), width=50)
    lines = text.split("\n")
    assert lines[0] == "ERROR  No owner: 1"
    assert '        "a" = "b"' in lines
    assert "INFO  ARR below zero in contracts: 4" in lines
    assert lines[-1] == "1 error, 1 warning, 4 notes of 1 kind."
    assert max(map(len, lines)) <= 50


def test_text_holds_no_control_characters():
    odd = finding("error", "no_owner", "Bad \x1b[31m\u202ename", "Do.")
    assert "\x1b" not in findings_text(summarise_findings(odd))
    assert "\u202e" not in findings_text(summarise_findings(odd))


def test_the_notebook_shows_the_effect():
    shown = table_rows(summarise_findings(FOUND))._repr_html_()
    assert "What it does to the figures" in shown
    assert "No packet can be made." in shown


def test_findings_as_a_workbook(tmp_path):
    book = openpyxl.load_workbook(write_findings(FOUND, out=tmp_path / "f.xlsx"))
    assert book.sheetnames == ["Summary", "Findings"]
    rows = [[cell.value for cell in row] for row in book["Findings"].rows]
    assert rows[0][:5] == ["Severity", "Kind", "Table", "File", "Row"]
    assert len(rows) == len(FOUND) + 1
    assert rows[2][4] == 9
    assert rows[3][6] == "'-1"


def test_findings_as_json_and_csv(tmp_path):
    said = json.loads(write_findings(FOUND, out=tmp_path / "f.json").read_text(encoding="utf-8"))
    assert [len(said["summary"]), len(said["findings"])] == [3, 6]
    assert said["findings"][1]["row"] == 9
    back = pd.read_csv(write_findings(FOUND, out=tmp_path / "f.csv"), encoding="utf-8-sig")
    assert back["row"].fillna(0).tolist() == [0, 9, 2, 3, 4, 5]


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"not written as \.doc"):
        write_findings(FOUND, out=tmp_path / "f.doc")


RENEWALS = ["account_id|due|outcome|arr_due", "A1|2026-01-31|churned|0", "A1|2026-02-28|churned|",
            "A2|2026-01-31|churned|", "A3|2026-01-31|churned|9", "A4|2026-01-31|renewed|0"]  # fmt: skip


def renewals(**tables):
    due = frame(RENEWALS, "r.csv")
    due["due"], due["arr_due"] = pd.to_datetime(due["due"]), due["arr_due"].astype("float64")
    return check_renewals({"renewals": due, **tables})


def test_churned_accounts_whose_arr_nobody_knows_are_told_once_each():
    found = renewals()
    assert found[["kind", "row", "value"]].to_numpy().tolist() == [
        ["churned_arr_unknown", 2, "0"],
        ["churned_arr_unknown", 4, "blank"],
    ]
    assert summarise_findings(found)["effect"].tolist() == [
        "GRR not computable for 2 accounts: ARR is 0 or blank on churned rows."
    ]


def contracts(*rows):
    table = frame(["account_id|start|end|arr", *rows], "c.csv")
    table["end"] = pd.to_datetime(table["end"]).astype("datetime64[us]")
    return table.assign(arr=table["arr"].astype("float64"))


def test_where_contracts_know_the_arr_only_the_renewal_rate_lacks_it():
    found = renewals(contracts=contracts("A1|2025-01-01|2026-02-28|5", "A3|2025-01-01||7"))
    assert found[["kind", "row"]].to_numpy().tolist() == [
        ["churned_arr_unknown", 4],
        ["churned_without_arr_due", 2],
        ["churned_renewal_still_live", 5],
    ]


def test_the_edtech_export_says_for_whom_grr_cannot_be_had(real_exports):
    found = check_export(real_exports / "edtech_renewals", map=MAPS / "edtech_teachers.toml")
    summary = summarise_findings(found).set_index("kind")
    assert summary.loc["churned_arr_unknown", "effect"] == (
        "GRR not computable for 19 accounts: ARR is 0 on churned rows."
    )


PERIOD = Period.parse("2026-01-01:2026-06-30")


def test_owners_and_health_that_do_not_reach_the_period():
    accounts = frame(["account_id|name|owner", "A1|Acme|ana", "A2|Bolt|ana"], "a.csv")
    ownership = frame(["account_id|person_id|start|end", "A1|ana|2024-01-01|2025-12-31"], "o.csv")
    ownership["end"] = pd.to_datetime(ownership["end"]).astype("datetime64[us]")
    health = frame(["account_id|date|status", "A1|2025-12-31|green"], "h.csv")
    tables = {"accounts": accounts, "ownership": ownership, "health": health,
              "contracts": contracts("A1|2025-01-01||5")}  # fmt: skip
    found = check_reach(tables, PERIOD)
    assert found[["kind", "row"]].fillna(0).to_numpy().tolist() == [
        ["owner_not_in_ownership", 3],
        ["not_owned_in_period", 2],
        ["health_before_period", 0],
    ]
    assert check_reach(tables, None)["kind"].tolist() == ["owner_not_in_ownership"]
