"""A packet on paper: two to four pages, the figures of the frames, and nothing of anybody else."""

import json
import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pypdfium2
import pytest

import csmkit as ck
from csmkit.bias.context import team_context
from csmkit.errors import UsageError
from csmkit.render.figures import Figures
from csmkit.render.on_paper import check_paper
from csmkit.render.own_words import own_words
from csmkit.render.packet import template
from csmkit.render.paper import packet as module
from csmkit.render.paper.packet import MOST_PAGES, packet_pdf
from csmkit.render.paper.packet_blocks import Room, note, table
from csmkit.render.paper.packet_outcomes import stacked
from csmkit.render.paper.typeset import typeset
from csmkit.render.slice_folder import write_book
from csmkit.render.slices import book_of
from csmkit.scan.pdfs import told_beside
from csmkit.scan.scanner import Scanner
from csmkit.text import by_unit, missing
from csmkit.view.table import Cell, Group, Head, Table
from tests.render.helpers import ANA, small_team
from tests.render.paper.pdfs import is_tagged, outside, pages_of, text_of

LARGE, SMALL, BOARDING, OPS = (
    f"{who}@northwind.example"
    for who in ("thandiwe.nkosi", "priya.raman", "noah.fischer", "gustavo.pereira")
)
SIDES = 44.0
"""Points that are free left and right: a little less than 16 mm."""


@cache
def team():
    return ck.sample_team()


@cache
def context():
    return team_context(team(), None)


@cache
def figures(edition):
    return Figures(team(), edition=edition, context=context())


@pytest.fixture(scope="module")
def sliced(tmp_path_factory):
    """Books as packets get them, read from the folder of a slice."""
    known = {}

    def of(who, edition="committee"):
        if (who, edition) not in known:
            folder = tmp_path_factory.mktemp("slice")
            book = book_of(team(), who, edition=edition, context=context())
            write_book(book, folder / "slice", figures(edition).of(book))
            known[who, edition] = ck.read_book(folder / "slice")
        return known[who, edition]

    return of


@pytest.fixture(scope="module")
def printed(sliced):
    known = {}

    def of(who, edition="committee"):
        if (who, edition) not in known:
            known[who, edition] = packet_pdf(sliced(who, edition), edition=f"{edition} edition")
        return known[who, edition]

    return of


def beyond(data):
    """Letters in the margins, but for those of the foot."""
    found = outside(data)
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        for at in range(text.count_chars()):
            left, _, right, _ = text.get_charbox(at)
            if left < SIDES or right > page.get_width() - SIDES:
                found.append(text.get_text_range(at, 1))
    return [one for one in found if one.strip()]


def plain(text):
    return re.sub(r"\s+", "", text)


def of_one(cycle, who=ANA, **options):
    return packet_pdf(book_of(cycle, who), edition="Committee edition", **options)


EVERYBODY = [(who, edition) for who in (LARGE, SMALL, BOARDING, OPS) for edition in ("committee", "csm")]  # fmt: skip


@pytest.mark.parametrize(("who", "edition"), EVERYBODY)
def test_a_packet_is_two_to_four_tagged_pages_with_all_within_its_margins(printed, who, edition):
    data = printed(who, edition)
    assert 2 <= pages_of(data) <= MOST_PAGES
    assert is_tagged(data)
    assert b"FontFile" in data
    assert beyond(data) == []


@pytest.mark.parametrize(("who", "edition"), EVERYBODY)
def test_a_packet_on_paper_holds_nothing_of_anybody_else(printed, who, edition):
    scanner = Scanner(team(), ordinary=own_words(template()))
    assert scanner.packet(who).leaks("x.pdf", printed(who, edition)) == []
    assert scanner.packet(SMALL if who != SMALL else LARGE).leaks("x.pdf", printed(who, edition))


@pytest.mark.parametrize("who", [LARGE, SMALL, BOARDING, OPS])
def test_every_outcome_stands_on_the_pages_as_in_its_frame(sliced, printed, who):
    book, text = sliced(who), plain(text_of(printed(who)))
    frame = ck.outcomes(book)
    told = [
        plain(f"{row.label} {by_unit(row.value, row.unit, currency=book.currency)}")
        for row in frame.itertuples()
        if not missing(row.value)
    ]
    assert told
    assert [one for one in told if one not in text] == []
    assert [one for one in map(plain, frame["label"]) if one not in text] == []


def test_the_book_and_the_ways_to_credit_it_stand_on_the_pages(sliced, printed):
    book, text = sliced(LARGE), plain(text_of(printed(LARGE)))
    frames = ck.composition(book), ck.practice(book)
    told = [
        plain(by_unit(row.value, row.unit, currency=book.currency))
        for frame in frames
        for row in frame.itertuples()
        if not missing(row.value)
    ]
    told += [plain(by_unit(v, "share")) for v in ck.attribution_rules(book)["nrr"]]
    told += [plain(ck.headline(book)), plain(ck.months_without_evidence(book))]
    assert [one for one in told if one not in text] == []


def test_long_lists_say_how_many_more_there_are(sliced, printed):
    accounts = ck.ownership_timeline(sliced(LARGE)).drop_duplicates("account_id")["account"]
    _, rest = text_of(printed(LARGE)).split(" Ownership ", 1)
    drawn, more = re.search(r"(.*?) and (\d+) more, in the packet’s page", rest).groups()
    assert sum(name in drawn for name in accounts) == len(accounts) - int(more) > 0


def test_the_matrix_stands_there_with_what_each_person_gave(sliced, printed):
    text = text_of(printed(SMALL))
    assert all(name in text for name in ck.matrix_standing(sliced(SMALL))["name"])


def test_the_csm_edition_has_no_checks_no_bands_and_no_list_of_differences(printed):
    committee, own = text_of(printed(LARGE)), text_of(printed(LARGE, "csm"))
    for title in ("Checks on the team’s scores", "Team: median", "To talk about"):
        assert title in committee
        assert title not in own


def test_charts_have_sentences_for_who_cannot_see_them(printed):
    said = [one for one in told_beside(printed(LARGE)) if len(one) > 30]
    begins = "Ownership of", "Share of ARR by", "ARR from", "Health from", "Items of evidence"
    assert all(any(one.startswith(begin) for one in said) for begin in begins)


def test_the_same_book_gives_the_same_bytes(sliced, printed):
    assert packet_pdf(sliced(SMALL), edition="committee edition") == printed(SMALL)


def test_an_export_with_next_to_nothing_says_what_is_needed():
    tables = {name: [] for name in ("contracts", "evidence")}
    bare = small_team()
    cut = {n: t.iloc[0:0] if n in tables else t for n, t in bare.tables.items()}
    data = of_one(replace(bare, tables=cut))
    text = text_of(data)
    assert 2 <= pages_of(data) <= MOST_PAGES
    assert "not computable" in text
    assert "Not computable: needs" in text
    assert beyond(data) == []


def test_a_book_without_accounts_is_printed():
    cycle = small_team(ownership=[{"account_id": "AC-100002", "person_id": "ben@example.com", "start": "2025-01-01"}])  # fmt: skip
    data = of_one(cycle)
    assert "Ana Ruiz" in text_of(data)
    assert pages_of(data) <= MOST_PAGES


def test_a_book_of_400_accounts_stays_on_four_pages():
    ids = [f"AC-{number}" for number in range(400)]
    accounts = [{"account_id": i, "name": f"Company {i}", "segment": f"S{i[-2:]}"} for i in ids]
    owned = [{"account_id": i, "person_id": ANA, "start": "2025-01-01"} for i in ids]
    paid = [{"account_id": i, "start": "2025-01-01", "arr": 100.0} for i in ids]
    data = of_one(small_team(accounts=accounts, ownership=owned, contracts=paid))
    assert pages_of(data) <= MOST_PAGES
    assert "390 more" in text_of(data) or "393 more" in text_of(data)
    assert beyond(data) == []


def test_a_text_of_2000_letters_is_cut_and_said_to_be():
    long = "word " * 400
    rows = [
        {
            "evidence_id": f"E{n}",
            "person_id": ANA,
            "date": "2026-02-01",
            "text": long,
            "kind": "playbook",
            "account_id": "AC-100001",
        }
        for n in range(12)
    ]
    data = of_one(small_team(evidence=rows))
    assert "Long texts are cut; in full in the packet’s page." in text_of(data)
    assert pages_of(data) <= MOST_PAGES
    assert beyond(data) == []


@pytest.mark.parametrize(
    "name",
    [
        *("שלום תעשיות", "مصنع الشمال", "उत्तर उद्योग", "โรงงานเหนือ", "Ωμέγα Πλοία", "Жар-птица"),
        *("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 2, "🎉 Party"),
        *('=cmd("x")', "<b>Bold</b>", '#panic("x")', "*a* _b_ $c$ `d` \\ @e <f>", "A" * 300),
    ],
)
def test_names_in_any_script_and_of_any_length_stay_within_the_margins(name):
    accounts = [
        {"account_id": "AC-100001", "name": name, "segment": name},
        {"account_id": "AC-100002", "name": "Bolt"},
        {"account_id": "AC-100003", "name": "Orange"},
    ]
    data = of_one(small_team(accounts=accounts))
    assert beyond(data) == []
    assert pages_of(data) <= MOST_PAGES
    if name.isascii() and len(name) < 100:
        assert plain(name) in plain(text_of(data))


def test_a_packet_can_be_made_for_us_letter():
    assert pypdfium2.PdfDocument(of_one(small_team(), paper="us-letter"))[0].get_size() == (
        612,
        792,
    )
    with pytest.raises(UsageError, match="no paper 'a5'"):
        check_paper("a5")


def test_what_does_not_fit_on_four_pages_is_cut_shorter(monkeypatch):
    asked = []
    real = module.packet_parts

    def parts(book, room, *, role):
        asked.append(room)
        return real(book, room, role=role)

    monkeypatch.setattr(module, "packet_parts", parts)
    monkeypatch.setattr(module, "MOST_PAGES", 0)
    of_one(small_team())
    assert asked == list(module._ROOMS)
    assert [room.rows for room in asked] == sorted((room.rows for room in asked), reverse=True)


def test_months_of_a_long_time_are_named_a_few():
    from csmkit.render.paper.packet_charts import _Along

    along = _Along(pd.Timestamp("2016-02-10"), pd.Timestamp("2026-06-30"))
    months = along.months()
    assert len(months) <= 12
    assert [place for place, _ in months] == sorted(place for place, _ in months)
    assert all(0 <= place < 1 for place, _ in months)


@pytest.mark.parametrize("before", range(56, 76))
def test_rows_on_a_new_page_have_their_group_s_name_above_and_no_name_is_left_behind(before):
    """However far down a table begins: it is pushed down line by line."""
    named = (("Retention", "kept"), ("Customers", "heard"))
    groups = tuple(
        Group(name, tuple((Cell(f"{row} {i}"), Cell("1 of 2")) for i in range(9)))
        for name, row in named
    )
    made = Table(heads=(Head("Figure"), Head("Value", numeric=True)), groups=groups)
    block = table(made, Room())
    pages = pages_as_text(pages_with([*(note(f"line {i}") for i in range(before)), block]))
    assert len(pages) == 2
    for page in pages:
        for name, row in named:
            lines = [line for line in page if line.startswith((name, row))]
            assert not lines or (lines[0] == name and len(lines) > 1)


def pages_with(blocks):
    facts = {
        **{"paper": "a4", "name": "Ana", "edition": "e", "period": "p", "made": "", "foot": "f"},
        "said": {"confidential": "c"},
        "apart": False,
        "parts": [blocks],
    }
    return typeset("packet.typ", facts, title="Ana")


def test_a_row_higher_than_a_page_goes_on_on_the_next():
    text = "W" * 19 + " ended here"
    rows = ((Cell("What"), Cell(f"{'Wide words ' * 900} {text}")),)
    made = Table(heads=(Head("Figure"), Head("Value")), groups=(Group("", rows),))
    data = pages_with([table(made, Room(letters=20_000), widths=["1fr", "60mm"])])
    assert pages_of(data) > 1
    assert outside(data) == []
    assert "ended here" in text_of(data)


@pytest.mark.parametrize(
    "amount", ["€5", "−$12,345,678", "SEK\u202f12,345,678", "CHF\u202f123,456,789"]
)
def test_amounts_have_room_in_their_column(amount):
    row = (Cell("Net revenue retention, as it was"), Cell(amount), Cell(f"{amount} of {amount}"))
    heads = (Head("Figure"), Head("Value", numeric=True), Head("Out of"))
    block = stacked(Table(heads=heads, groups=(Group("", (row,) * 4),)), Room())
    page = pypdfium2.PdfDocument(pages_with([block]))[0]
    widths = [float(one.removesuffix("mm")) for one in block["left"][0]["widths"][1:]]
    side = 16 + (210 - 2 * 16 - 6) / 2  # millimetres to the end of the stack on the left
    begins = (side - sum(widths)) * 72 / 25.4
    text = page.get_textpage()
    said = text.get_text_range().replace("\u202f", " ")
    at, last = said.index(amount.replace("\u202f", " ")), side * 72 / 25.4
    boxes = [text.get_charbox(i) for i in range(at, at + len(amount))]
    assert min(left for left, *_ in boxes) >= begins
    assert max(right for _, _, right, _ in boxes) <= last - widths[1] * 72 / 25.4


def pages_as_text(data):
    return [
        [line.strip() for line in page.get_textpage().get_text_range().splitlines()]
        for page in pypdfium2.PdfDocument(data)
    ]


@pytest.mark.parametrize("who", [LARGE, OPS])
def test_nothing_is_laid_out_twice(sliced, monkeypatch, who):
    laid = []

    def ends_at(_, facts, *, title):
        laid.append(json.dumps(facts))
        return MOST_PAGES, 0.01

    monkeypatch.setattr(module, "ends_at", ends_at)
    packet_pdf(sliced(who), edition="e")
    assert laid
    assert len(laid) == len(set(laid))
