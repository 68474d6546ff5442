"""The scan finds what belongs to somebody else, however it is written down."""

import json

import pytest

import csmkit as ck
from csmkit.scan.scanner import Scanner
from csmkit.terms import Term, Terms
from tests.render.helpers import ANA, BEN, small_team


@pytest.fixture
def scanner():
    return Scanner(small_team())


def scan_html(scanner, tmp_path, body, who=ANA):
    path = tmp_path / "packet.html"
    path.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    return scanner.scan(path, who)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ben Stone</p>",
        "<p>BEN STONE</p>",
        "<p>Bén Stone</p>",
        "<p>Ben&nbsp;Stone</p>",
        "<p>Ben <b>Stone</b></p>",
        "<p>&#66;en Stone</p>",
        '<p title="ben@example.com">x</p>',
        "<p>BSTONE</p>",
        "<p>bolt industries</p>",
        "<p>AC-100002</p>",
        '<script type="application/json">{"a": "Ben \\u0053tone"}</script>',
        "<script>var owner = 'Ben Stone';</script>",
        "<!-- Ben Stone -->",
    ],
)
def test_planted_leaks_are_found(scanner, tmp_path, body):
    assert scan_html(scanner, tmp_path, body)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ana Ruiz, ana@example.com</p>",
        "<p>Acme and Orange, AC-100001</p>",
        "<p>Mia Kahn</p>",
        "<p>Stone and Ben</p>",
        "<p>thunderbolt industries</p>",
    ],
)
def test_what_is_the_person_s_own_is_no_leak(scanner, tmp_path, body):
    assert scan_html(scanner, tmp_path, body) == []


def test_an_account_owned_in_turn_is_in_both_packets(scanner, tmp_path):
    assert scan_html(scanner, tmp_path, "<p>Orange</p>", who=ANA) == []
    assert scan_html(scanner, tmp_path, "<p>Orange</p>", who=BEN) == []
    assert scan_html(scanner, tmp_path, "<p>Acme</p>", who=BEN) == ["Acme"]


def test_a_notebook_s_outputs_and_metadata_are_read(scanner, tmp_path):
    path = tmp_path / "packet.ipynb"
    cell = {"outputs": [{"data": {"text/html": "<td>Bolt</td> <td>Industries</td>"}}]}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}}), encoding="utf-8")
    assert [found.split() for found in scanner.scan(path, ANA)] == [["Bolt", "Industries"]]
    path.write_text(json.dumps({"cells": [], "metadata": {"ben@example.com": 1}}), encoding="utf-8")
    assert scanner.scan(path, ANA) == ["ben@example.com"]


def test_a_word_of_the_kit_s_own_text_is_not_taken_for_an_account(tmp_path):
    accounts = [
        {"account_id": "AC-100001", "name": "Acme"},
        {"account_id": "AC-100002", "name": "Practice"},
        {"account_id": "AC-100003", "name": "Practice of Law"},
    ]
    scanner = Scanner(small_team(accounts=accounts), ordinary="## Practice of Law")
    assert scanner.left_out == ("Practice",)
    assert scan_html(scanner, tmp_path, "<h2>Practice</h2>") == []
    assert scan_html(scanner, tmp_path, "<p>AC-100002</p>") == ["AC-100002"]


def test_a_name_hidden_in_a_type_does_not_switch_the_scan_off(tmp_path):
    touch = {"account_id": "AC-100001", "person_id": ANA, "date": "2026-02-01"}
    team = small_team(touchpoints=[{**touch, "type": "call with Ben Stone"}] * 6)
    assert scan_html(Scanner(team), tmp_path, "<p>Ben Stone</p>") == ["Ben Stone"]


def test_an_account_named_like_a_segment_cannot_be_told_from_it(tmp_path):
    accounts = [
        {"account_id": f"AC-20000{i}", "name": f"Firm {i}", "segment": "Enterprise"}
        for i in range(5)
    ]
    team = small_team(accounts=[*accounts, {"account_id": "AC-100002", "name": "Enterprise"}])
    assert Scanner(team).left_out == ("Enterprise",)


def test_text_in_a_chart_s_axis_is_read(tmp_path):
    accounts = [{"account_id": "AC-100001", "name": "Société"}]
    accounts += [{"account_id": "AC-100002", "name": "Übermut"}]
    team = small_team(accounts=accounts)
    frame = ck.ownership_timeline(ck.book_of(team, ANA))
    spec = ck.chart_timeline(frame).to_json()
    body = f'<script type="application/json">{spec}</script>'
    assert scan_html(Scanner(team), tmp_path, body, who=ANA) == []
    assert scan_html(Scanner(team), tmp_path, body, who=BEN) == ["Société"]


def test_the_longest_name_wins():
    terms = Terms([Term("Orange", "account", "1"), Term("Orange Bank", "account", "2")])
    found = [term.owner for hit in terms.find("Orange Bank, Orange") for term in hit.terms]
    assert found == ["2", "1"]


def test_a_one_word_name_is_found_only_as_it_is_written():
    terms = Terms([Term("Summit", "account", "1")])
    assert [hit.start for hit in terms.find("the summit of Summit")] == [14]


def test_a_short_number_is_not_looked_for():
    assert list(Terms([Term("1042", "account", "1")]).find("1042 of 2000")) == []
    assert list(Terms([Term("100042", "account", "1")]).find("100042")) != []
