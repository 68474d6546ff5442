"""A map in the making: steps, what must still be said, what is kept, and what stands in the way."""

from pathlib import Path

import pytest

from csmkit.errors import MapError, UsageError
from csmkit.load.assistant.draft import open_draft
from csmkit.load.maps.map_file import MapFile, free_name
from csmkit.load.maps.reader import parse_map, read_map
from csmkit.load.read import read_export
from tests.conftest import ROOT

ACCOUNTS = "Company Id,Company,CSM\n1,Acme,Ana\n2,Bolt,Ben\n"
BOOKS = "account_id,owner,from,to\n1,Ana,03-04-2024,\n2,Ben,05-06-2024,\n"


def draft_of(write, files, **options):
    return open_draft(write(files), **options)


def levels(draft):
    return [(standing.level, standing.text) for standing in draft.status()]


def test_each_step_gives_a_new_draft(write):
    draft = draft_of(write, {"accounts.csv": ACCOUNTS})
    other = draft.choose_column("accounts.csv", "Company", "")
    assert draft.part("accounts.csv").line("Company").column == "name"
    assert other.part("accounts.csv").line("Company").column == ""


def test_a_person_s_choice_is_in_force_and_marked(write):
    draft = draft_of(write, {"accounts.csv": "account_id,name,Tier\n1,Acme,Gold\n"})
    text = draft.choose_column("accounts.csv", "Tier", "segment").text()
    assert 'segment = "Tier"  # decided by a person' in text
    assert parse_map(text).sources[0].columns["segment"].column == "Tier"


def test_a_column_has_one_header(write):
    draft = draft_of(write, {"accounts.csv": "account_id,name,Tier,Size\n1,Acme,Gold,L\n"})
    for header in ("Tier", "Size"):
        draft = draft.choose_column("accounts.csv", header, "segment")
    part = draft.part("accounts.csv")
    assert (part.line("Tier").column, part.line("Size").column) == ("", "segment")


def test_an_ambiguous_date_waits_and_is_not_in_force_until_it_is_said(write):
    draft = draft_of(write, {"accounts.csv": ACCOUNTS, "books.csv": BOOKS})
    part = draft.part("books.csv")
    (question,) = draft.questions(part, part.line("from"))
    assert (question.key, question.open) == ("date_order", True)
    assert [value for value, _ in question.options] == ["dmy", "mdy"]
    assert "03-04-2024" in question.text
    assert not draft.in_force(part)
    assert [s.table for s in parse_map(draft.text()).sources] == ["accounts"]
    said = draft.say("books.csv", "from", "date_order", "dmy")
    assert said.in_force(said.part("books.csv"))
    assert 'start = { column = "from", date_order = "dmy" }' in said.text()
    taken_back = said.say("books.csv", "from", "date_order", "")
    assert not taken_back.in_force(taken_back.part("books.csv"))


def test_the_words_of_a_choice_are_asked_one_by_one(write):
    draft = draft_of(write, {"team.csv": "name,Role\nAna,Chief of joy\nBen,Boss of fun\n"})
    part = draft.part("team.csv")
    assert [q.about for q in draft.questions(part, part.line("Role"))] == [
        "Chief of joy",
        "Boss of fun",
    ]
    draft = draft.say("team.csv", "Role", "values", "csm", about="Chief of joy")
    assert (
        'role = { column = "Role", values = { "Chief of joy" = "csm", "Boss of fun" = "?" } }'
        in (draft.text())
    )
    draft = draft.say("team.csv", "Role", "values", "blank", about="Boss of fun")
    spec = parse_map(draft.text()).sources[0].columns["role"]
    assert dict(spec.rules.values) == {"Chief of joy": "csm", "Boss of fun": ""}


def test_a_trap_is_never_taken_and_asks_when_somebody_takes_it(write):
    draft = draft_of(
        write, {"contracts.csv": "account_id,start,MRR\n1,2024-01-31,10\n2,2024-01-31,20\n"}
    )
    line = draft.part("contracts.csv").line("MRR")
    assert line.column == ""
    assert line.guess.trap
    draft = draft.choose_column("contracts.csv", "MRR", "arr")
    assert draft.lacking(draft.part("contracts.csv")) == ["arr"]
    draft = draft.say("contracts.csv", "MRR", "is", "mrr")
    assert draft.lacking(draft.part("contracts.csv")) == []
    cells = [row[1][-1].value for row in draft.preview("contracts.csv").rows]
    assert cells == ["120", "240"]


def test_a_score_asks_for_its_scale_and_its_direction(write):
    draft = draft_of(write, {"scores.csv": "account_id,date,Churn risk\n1,2024-01-31,3\n"})
    draft = draft.choose_table("scores.csv", "health")
    draft = draft.choose_column("scores.csv", "Churn risk", "score")
    part = draft.part("scores.csv")
    assert {q.key for q in draft.questions(part, part.line("Churn risk"))} == {"scale", "high_is"}
    draft = draft.say("scores.csv", "Churn risk", "scale", "0, 10")
    draft = draft.say("scores.csv", "Churn risk", "high_is", "bad")
    assert draft.preview("scores.csv").rows[0][1][-1].value == "70"


@pytest.mark.parametrize(
    ("rule", "answer", "error"),
    [("scale", "ten", UsageError), ("scale", "10, 0", MapError), ("high_is", "up", MapError)],
)
def test_an_answer_that_is_not_allowed_is_refused(write, rule, answer, error):
    draft = draft_of(write, {"health.csv": "account_id,date,Points\n1,2024-01-31,3\n"})
    draft = draft.choose_column("health.csv", "Points", "score")
    with pytest.raises(error):
        draft.say("health.csv", "Points", rule, answer)


def test_a_column_that_is_the_same_in_every_row(write):
    draft = draft_of(write, {"churn_events.csv": "account_id,churn_date\n1,2024-01-31\n"})
    assert draft.lacking(draft.part("churn_events.csv")) == ["kind"]
    draft = draft.say_always("churn_events.csv", "kind", "churn")
    assert parse_map(draft.text()).sources[0].columns["kind"].const == "churn"
    with pytest.raises(UsageError, match="Did you mean 'churn'"):
        draft.say_always("churn_events.csv", "kind", "churned")


def test_status_says_what_a_review_lacks(write):
    draft = draft_of(write, {"books.csv": BOOKS})
    assert [text for level, text in levels(draft) if level == "stops"] == [
        "No file fills accounts yet: say which one lists your customers.",
        "Nothing says who owns which account yet: choose a file for ownership, or the owner"
        " column of the accounts.",
    ]
    assert ("open", "books.csv: from waits for an answer before it can be start.") in levels(draft)


def test_a_finished_draft_has_only_notes_and_makes_a_cycle(write):
    folder = write({"accounts.csv": ACCOUNTS, "books.csv": BOOKS})
    draft = open_draft(folder)
    for line in draft.part("books.csv").lines:
        if line.column in ("start", "end"):
            draft = draft.say("books.csv", line.header, "date_order", "dmy")
    assert {level for level, _ in levels(draft)} <= {"note"}
    (folder / "map.toml").write_text(draft.text(), encoding="utf-8")
    cycle = read_export(folder, period="2024-07-01:2024-12-31")
    assert sorted(cycle.table("ownership")["start"].dt.strftime("%Y-%m-%d")) == [
        "2024-04-03",
        "2024-06-05",
    ]


def test_preview_shows_the_text_beside_the_value_and_counts_what_is_kept(write):
    text = "account_id,start,arr\n1,2024-01-31,5\n2,soon,7\n,2024-01-31,9\n"
    preview = draft_of(write, {"contracts.csv": text}).preview("contracts.csv")
    assert preview.columns == ("account_id", "start", "arr")
    cells = {row: cells[1] for row, cells in preview.rows}
    assert (cells[2].text, cells[2].value, cells[2].unread) == ("2024-01-31", "31 Jan 2024", False)
    assert (cells[3].text, cells[3].value, cells[3].unread) == ("soon", "", True)
    assert (preview.kept, preview.looked_at, preview.of) == (1, 3, 3)
    assert set(preview.findings["kind"]) == {"unreadable_value", "missing_required"}


def test_of_a_large_sheet_the_first_rows_are_looked_at(write, monkeypatch):
    monkeypatch.setattr("csmkit.load.assistant.draft_preview.WHOLE", 100)
    rows = "".join(f"{n},2024-01-31,5\n" for n in range(300))
    preview = draft_of(write, {"contracts.csv": "account_id,start,arr\n" + rows}).preview(
        "contracts.csv"
    )
    assert (preview.kept, preview.looked_at, preview.of) == (200, 200, 300)


MAP = """\
currency = "EUR"
[aliases]
"Ana Smith" = "Ana"

[[source]]
table = "accounts"
file = "accounts.csv"
where = { Company = ["Acme", "Bolt"] }
key = "Company Id"
[source.columns]
account_id = "Company Id"
name = { column = "Company", fallback = { column = "Company Id" } }
stage = { const = "customer" }
segment = { const = "x", values = { "x" = "SMB" } }

[[source]]
table = "surveys"
file = "answers*.csv"
[source.columns]
account_id = "id"
date = "day"
score = "points"
"""


def test_a_map_goes_on_without_losing_what_is_not_shown(write):
    folder = write({"accounts.csv": ACCOUNTS, "answers1.csv": "id,day,points\n1,2024-01-31,5\n"})
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    draft = open_draft(folder, map=folder / "map.toml")
    assert draft.part("accounts.csv").line("Company").fixed
    text = draft.choose_column("accounts.csv", "CSM", "owner").text()
    before, after = parse_map(MAP), parse_map(text)
    assert after.currency == "EUR"
    assert after.aliases == before.aliases
    accounts = next(s for s in after.sources if s.table == "accounts")
    assert accounts.columns["owner"].column == "CSM"
    assert {k: v for k, v in accounts.columns.items() if k != "owner"} == dict(
        before.sources[0].columns
    )
    assert (accounts.where, accounts.key) == (before.sources[0].where, "Company Id")
    assert before.sources[1] in after.sources
    with pytest.raises(UsageError, match="kept as it is"):
        draft.choose_column("accounts.csv", "Company", "segment")


def test_what_waits_or_was_left_out_is_there_when_the_map_is_opened_again(write):
    folder = write({"accounts.csv": ACCOUNTS, "books.csv": BOOKS, "other.csv": "a,b\n1,2\n"})
    draft = open_draft(folder)
    draft = draft.choose_table("other.csv", "movements").choose_column("other.csv", "a", "amount")
    draft = draft.choose_column("accounts.csv", "CSM", "").choose_table("books.csv", "")
    (folder / "map.toml").write_text(draft.text(), encoding="utf-8")
    again = open_draft(folder, map=folder / "map.toml")
    assert again.text() == draft.text()
    other = again.part("other.csv")
    assert (other.table, other.decided, other.line("a").column) == ("movements", True, "amount")
    assert again.part("books.csv").left_out
    assert again.part("accounts.csv").line("CSM").decided


def test_a_map_decides_and_a_sure_file_beside_it_is_only_shown(write):
    folder = write(
        {"accounts.csv": ACCOUNTS, "contracts.csv": "account_id,start,arr\n1,2024-01-31,1\n"}
    )
    (folder / "map.toml").write_text(
        '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n[source.columns]\n'
        'account_id = "Company Id"\nname = "Company"\n',
        encoding="utf-8",
    )
    draft = open_draft(folder, map=folder / "map.toml")
    assert [s.table for s in parse_map(draft.text()).sources] == ["accounts"]
    assert not draft.part("contracts.csv").used


def test_a_header_that_is_gone_is_said(write):
    folder = write({"accounts.csv": ACCOUNTS})
    (folder / "map.toml").write_text(
        '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n[source.columns]\n'
        'account_id = "Company Id"\nname = "Customer"\n',
        encoding="utf-8",
    )
    draft = open_draft(folder, map=folder / "map.toml")
    assert ("note", "The map takes name from 'Customer', which accounts.csv does not have.") in (
        levels(draft)
    )


@pytest.mark.parametrize(
    "name", ['"; [[source]]', "a\nb = 1", "# x", "\u202eevil", "<img onerror=1>"]
)
def test_headers_and_words_cannot_break_the_map(write, name):
    cell = '"' + name.replace('"', '""') + '"'
    draft = draft_of(
        write, {"team.csv": f"name,Role,{cell}\nAna,{cell},x\n", "accounts.csv": ACCOUNTS}
    )
    draft = draft.say("team.csv", "Role", "values", "csm", about=name.strip())
    assert [s.table for s in parse_map(draft.text()).sources] == ["accounts", "people"]


def test_an_unknown_table_column_or_currency_is_refused(write):
    draft = draft_of(write, {"accounts.csv": ACCOUNTS})
    with pytest.raises(UsageError, match="Did you mean 'accounts'"):
        draft.choose_table("accounts.csv", "account")
    with pytest.raises(UsageError, match="has no column 'nam'"):
        draft.choose_column("accounts.csv", "Company", "nam")
    with pytest.raises(UsageError, match="no currency"):
        draft.set_currency("euro")


def test_the_file_keeps_what_it_replaces_and_knows_when_it_was_changed(tmp_path):
    path = tmp_path / "map.toml"
    file = MapFile.at(path)
    assert file.write("a = 1\n") is None
    assert not file.changed
    path.write_text("b = 2\n", encoding="utf-8")
    assert file.changed
    old = file.write("c = 3\n")
    assert old == tmp_path / "map.toml.bak"
    assert old.read_text(encoding="utf-8") == "b = 2\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["map.toml", "map.toml.bak"]
    assert free_name(path) == tmp_path / "map-1.toml"


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["ravenstack", "edtech_renewals", "sfdc_gen_ai_demo", "sfdc_datacloud_workshop"]
)
def test_a_map_that_is_only_opened_and_saved_means_the_same(real_exports, name):
    path = ROOT / "tests" / "maps" / f"{name}.toml"
    draft = open_draft(real_exports / name, map=path)
    before, after = read_map(path), parse_map(draft.text())
    assert [s.file for s in after.sources] == [s.file for s in before.sources]
    assert all(one in before.sources for one in after.sources)
    assert (after.currency, after.aliases, after.merge) == (
        before.currency,
        before.aliases,
        before.merge,
    )
    assert "open" not in {standing.level for standing in draft.status()}


def test_scores_that_may_be_of_several_scales_are_asked_about_even_under_our_own_names(write):
    draft = draft_of(write, {"health.csv": "account_id,date,score\n1,2024-01-31,3\n"})
    part = draft.part("health.csv")
    (question,) = draft.questions(part, part.line("score"))
    assert (question.key, question.open) == ("scale", True)
    assert ("0, 10", "0 to 10") in question.options
    draft = draft.say("health.csv", "score", "scale", "0, 10")
    draft = draft.say("health.csv", "score", "high_is", "good")
    assert draft.in_force(draft.part("health.csv"))
    assert draft.preview("health.csv").rows[0][1][-1].value == "30"


def test_the_map_of_a_database_server_is_looked_for_where_it_is_saved(tmp_path, monkeypatch):
    from csmkit.load.maps.map_file import map_beside
    from csmkit.load.read import _map_of
    from csmkit.load.sources.files import Export

    monkeypatch.chdir(tmp_path)
    text = '[[source]]\ntable = "accounts"\nfile = "a"\n[source.columns]\nname = "n"\n'
    text += 'account_id = "i"\n'
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    export = Export(Path("postgresql:/db.x.io/cs"), (), lambda: ({}, {}))
    assert map_beside(export) == Path("map.toml")
    assert _map_of(export, None) is not None


def test_examples_and_guesses_come_from_the_top_of_a_large_file(tmp_path, monkeypatch):
    from csmkit.load.assistant import facts
    from csmkit.load.sources.files import open_export

    monkeypatch.setattr(facts, "SAMPLE", 3)
    lines = "".join(f"A{i},{'2026-01-0' if i < 4 else 'x'}{i}\n" for i in range(1, 7))
    (tmp_path / "accounts.csv").write_text(f"account_id,ARR\n{lines}", encoding="utf-8")
    known = facts.Facts(open_export(tmp_path))
    assert known.examples("accounts.csv", "account_id") == ("A1", "A2", "A3")
    assert known.texts("accounts.csv", "account_id").tolist()[-1] == "A6"


FLAT = (
    "Account,CSM,ARR,Contract Start,Contract End,Health\n"
    "Acme,Ana,10,2024-02-01,2025-01-31,green\nBolt,Ben,20,2024-03-01,2025-02-28,red\n"
)


def tables(draft):
    return [(part.key, part.table, part.left_out) for part in draft.parts]


def test_the_further_tables_of_a_sheet_are_there_when_the_map_is_opened_again(write):
    folder = write({"book.csv": FLAT})
    draft = open_draft(folder).choose_table("book.csv (2)", "")
    draft = draft.say_always("book.csv (3)", "date", "2026-01-31")
    (folder / "map.toml").write_text(draft.text(), encoding="utf-8")
    again = open_draft(folder, map=folder / "map.toml")
    assert again.text() == draft.text()
    assert sorted((table, out) for _, table, out in tables(again)) == [
        ("accounts", False),
        ("contracts", True),
        ("health", False),
    ]


def test_a_sheet_that_is_left_out_takes_its_further_tables_along(write):
    draft = draft_of(write, {"book.csv": FLAT}).choose_table("book.csv", "")
    assert tables(draft) == [("book.csv", "accounts", True)]
    assert [s[1] for s in tables(draft.choose_table("book.csv", "accounts"))] == [
        "accounts",
        "contracts",
        "health",
    ]


def test_a_table_is_added_by_hand_and_knows_the_account(write):
    draft = draft_of(write, {"accounts.csv": ACCOUNTS}).add_table("accounts.csv", "surveys")
    part = draft.part("accounts.csv (2)")
    assert (part.table, part.decided) == ("surveys", True)
    assert part.line("Company Id").column == "account_id"


def test_money_that_a_person_chose_takes_the_currency_beside_it(write):
    draft = draft_of(
        write, {"contracts.csv": "account_id,start,Fee,Currency\n1,2024-01-31,5,EUR\n"}
    )
    draft = draft.choose_column("contracts.csv", "Fee", "arr")
    spec = parse_map(draft.text()).sources[0].columns["arr"]
    assert spec.rules.currency_column == "Currency"


def test_the_day_of_a_list_is_a_day(write):
    draft = draft_of(write, {"book.csv": FLAT})
    with pytest.raises(UsageError, match="cannot be 'today'"):
        draft.say_always("book.csv (3)", "date", "today")


def test_a_sheet_without_rows_comes_last(write):
    draft = draft_of(write, {"a.csv": "Read me\n", "books.csv": BOOKS})
    assert [part.sheet for part in draft.parts] == ["books.csv", "a.csv"]
