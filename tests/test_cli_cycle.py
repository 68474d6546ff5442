"""The commands that go through the review cycle, as they are typed."""

import datetime as dt
import json

import pytest
from icalendar import Calendar

from csmkit import cli_cycle
from csmkit.compute.self_check import COLUMNS
from csmkit.panels.feedback import add_feedback
from csmkit.resources import resource
from csmkit.store.open import open_store
from tests.commands import PERIOD, sample_workspace, typed

KWAME, KATARZYNA = "kwame.mensah@northwind.example", "katarzyna.wojcik@northwind.example"
DEEPA = "deepa.krishnan@northwind.example"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace of the sample team, which keeps what it read."""
    home = tmp_path_factory.mktemp("workspace")
    sample_workspace(home)
    return home


@pytest.fixture
def run(workspace, monkeypatch, capsys):
    """The commands in the workspace; their exit code and what they print."""
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("COLUMNS", "100")

    def command(*words):
        code, out, err = typed(monkeypatch, capsys, *words)
        return code, out.replace("\N{NARROW NO-BREAK SPACE}", " ") + err

    return command


def test_an_inventory_names_many_accounts_in_one_line(run):
    code, text = run("inventory", "--csm", KATARZYNA)
    assert code == 0
    assert text.startswith("Inventory of Katarzyna Wójcik, 2026-01-01 to 2026-06-30\n\nRenewals\n")
    flat = " ".join(text.split())
    assert flat.count("No business review by this person") == 1
    assert "and 76 more → When is it, or why is there none?" in flat
    assert "None is a verdict" in text
    code, whole = run("inventory", "--csm", KATARZYNA, "--all")
    assert whole.count("No business review by this person") == 88


def test_an_inventory_as_json_is_one_object_a_line(run):
    code, text = run("inventory", "--csm", "kwame mensah", "--json")
    rows = [json.loads(line) for line in text.splitlines()]
    assert code == 0
    assert set(rows[0]) == {"topic", "account", "day", "says", "on_file", "asks", "evidence_ids"}
    assert {row["day"] for row in rows} >= {"", "2026-04-03"}


def test_a_self_check_of_one_person(run):
    code, text = run("self-check", "--csm", KWAME)
    assert code == 0
    assert text.startswith("Self-check of Kwame Mensah on 30 Jun 2026, period 2026-01-01 to")
    assert "  1 of 6 accounts had a business review by this person" in text
    assert "No account's use fell 40 % or more below what was expected" in text
    code, text = run(
        "self-check", "--csm", KWAME, "--on", "2026-02-11", "--below", "55", "--ahead", "0"
    )
    assert "on 11 Feb 2026" in text
    assert "fell 55 % or more" in text
    assert "No renewal is due between 11 Feb 2026 and 11 Feb 2026" in text


def test_a_self_check_names_the_largest_renewal_ahead_and_what_is_past_due(run):
    text = " ".join(run("self-check", "--csm", "Mateo Núñez")[1].split())
    assert "Quintero Energía: Due 6 Jul 2026, €580,000; on file: a business review on" in text
    assert "a success plan that is past due since 3 Jun 2026 and still open" in text


def test_a_self_check_of_operations_lists_what_is_open(run):
    text = " ".join(run("self-check", "--csm", "Gustavo Pereira")[1].split())
    assert "Puerto Seguros: Open for 8 days, since 22 Jun 2026, S2 → Who has it now" in text


def test_a_self_check_of_everybody_is_short_and_counts_nobody_against_others(run):
    code, text = run("self-check", "--on", "2026-03-31")
    assert code == 0
    # 19 CSMs, of whom 2 own nothing yet.
    assert " ".join(text.split()).count("between 31 Mar 2026 and 29 Jun 2026") == 17
    assert "Wei Chen (wei.chen2)\n" in text
    assert (
        "Hye-jin Park\n  2 escalations handled by this person not resolved by 31 Mar 2026\n" in text
    )
    assert "→" not in text
    assert text.endswith("lists the accounts, and says what was looked for.\n")


def test_a_self_check_as_json_says_what_is_not_known(run, tmp_path):
    export = tmp_path / "small"
    export.mkdir()
    sample = resource("data_samples") / "clean"
    for name in ("people", "accounts", "ownership"):
        (export / f"{name}.csv").write_bytes((sample / f"{name}.csv").read_bytes())
    where = ("--export", export, "--period", PERIOD)
    code, text = run("self-check", "--csm", KWAME, "--json", *where)
    rows = [json.loads(line) for line in text.splitlines()]
    assert code == 0
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["known"], row["needs"]) for row in rows] == [
        (False, "touchpoints"),
        (False, "usage.active, usage.expected"),
        (False, "renewals or contracts.end"),
    ]
    code, text = run("self-check", "--csm", KWAME, *where)
    told = (
        "needs readings of product use with “Users active”, “Users expected to be active by then”"
    )
    assert told in " ".join(text.split())
    assert "question" not in text


def test_what_a_store_holds_is_looked_at(run, tmp_path, team):
    """Feedback of the panel, logged in the week of the signal, is an act."""
    signal = "Gladstone Leisure: 10 active on 1 Apr 2026"
    check = ("self-check", "--csm", KATARZYNA, "--scores", tmp_path / "own.db")
    with open_store(tmp_path / "own.db") as store:
        assert signal in run(*check)[1]
        said = "Gladstone Leisure slips: look at it"
        add_feedback(store, team, about=KATARZYNA, by=DEEPA, date="2026-04-03", text=said)
    assert signal not in run(*check)[1]


def test_a_draw_prints_its_seed_and_is_drawn_again_with_it(run):
    code, text = run("qbr-draw", "--csm", "Noah Fischer")
    seed = text.split("drawn at random with seed ")[1].split(".")[0]
    assert (code, seed.isdecimal()) == (0, True)
    assert text.count("\n## ") == 3
    assert run("qbr-draw", "--csm", "Noah Fischer", "--seed", seed) == (0, text)


def test_a_sheet_is_written_and_never_over_notes(run, workspace):
    draw = ("qbr-draw", "--csm", "Noah Fischer", "--seed", 5, "--number", 2, "--out", "s.html")
    code, text = run(*draw)
    assert (code, text) == (
        0,
        "s.html:\n2 of 4 business reviews drawn at random with seed 5.\nTo draw the same again:"
        " csmkit qbr-draw --csm noah.fischer@northwind.example --seed 5 --number 2\n",
    )
    assert "<h2" in (workspace / "s.html").read_text(encoding="utf-8")
    (workspace / "s.html").write_text("my notes", encoding="utf-8")
    code, text = run(*draw)
    assert (code, "somebody may have written in it" in text) == (2, True)
    assert run("qbr-draw", "--csm", "Hye-jin Park", "--seed", 1) == (
        0,
        "No business review by this person is on file in the period, so there is nothing to draw.\n",
    )


def test_a_calendar_is_written_and_its_days_are_told(run, workspace, monkeypatch):
    monkeypatch.setattr(cli_cycle, "_today", lambda: dt.date(2026, 4, 1))
    code, text = run("calendar", "--review-on", "2026-07-20")
    assert code == 0
    lines = text.splitlines()
    assert lines[0] == "cycle.ics, for the period 2026-01-01 to 2026-06-30:"
    assert (
        lines[1]
        == "  Wed  7 Jan 2026  Evidence inventory, by today (45 minutes a CSM) [week 1; past]"
    )
    assert lines[3].endswith("[middle of the second half; moved from Sat 16 May 2026]")
    assert "less than two weeks" not in text
    whole = Calendar.from_ical((workspace / "cycle.ics").read_bytes())
    assert len(list(whole.walk("VEVENT"))) == 8


def test_a_review_that_is_near_says_what_cannot_be_any_more(run, monkeypatch):
    monkeypatch.setattr(cli_cycle, "_today", lambda: dt.date(2026, 7, 10))
    text = run("calendar", "--review-on", "2026-07-20", "--out", "near.ics")[1]
    assert "The review is less than two weeks away: hold the pre-review talk now" in text
    text = run("calendar", "--review-on", "2026-01-08", "--out", "early.ics")[1]
    assert "Pre-review talk (30 minutes a CSM): left out" in text


@pytest.mark.parametrize(("words", "why"), [
    (("self-check", "--on", "2027-01-01"), "is not in the period"),
    (("self-check", "--below", "140"), "on the command line in percent: 40"),
    (("self-check", "--csm", "Kwame Mensa"), "Did you mean"),
    (("inventory", "--csm", "nobody"), "Nobody in this export"),
    (("qbr-draw", "--csm", KWAME, "--seed", "-4"), "The seed is -4"),
    (("qbr-draw", "--csm", KWAME, "--out", "sheet.pdf"), "ends neither with .md nor with .html"),
    (("calendar", "--review-on", "2025-07-20"), "before the calendar begins"),
    (("calendar", "--review-on", "July"), "review_on is 'July', which is not a day"),
    (("calendar", "--review-on", "2026-07-20", "--out", "x.txt"), "does not end with .ics"),
    (("qbr-draw",), "Missing option"),
])  # fmt: skip
def test_wrong_usage_is_one_message_and_exit_2(run, words, why):
    code, text = run(*words)
    assert (code, why in text) == (2, True)
    assert "Traceback" not in text
