"""What the search passes over to be quick hides nothing: a name planted there is found."""

import json
import re
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csmkit.scan import runs, written
from csmkit.scan import unwrapped as module
from csmkit.scan.pieces import Piece
from csmkit.scan.scanner import Scanner
from csmkit.scan.unwrapped import unwrapped
from csmkit.view.runtime import runtime
from tests.render.helpers import ANA, small_team
from tests.scan.planted import b64, raw_deflate, zipped

LONG = "<td class='num'>12,5 €</td> of a quarter – nothing to see, "


@pytest.fixture(scope="module")
def scanner():
    return Scanner(small_team())


@pytest.fixture
def own(monkeypatch):
    """A script taken for the kit's own, which is five times as long."""
    script = "var own = 1; " * 10_000
    monkeypatch.setattr(module, "is_runtime", lambda said: said == script.strip())
    return script


def leaks(scanner, content):
    data = content if isinstance(content, bytes) else content.encode()
    return scanner.packet(ANA).leaks("packet.html", data)


SIGNS = st.sampled_from(
    [
        *("abc", "QmVu", "IFN0b25l", "QmVuIFN0b25lLCB0aGU", "deadbeef", "4265", "words of a text"),
        *("/", "-", "_", "=", "==", "\n", "\r\n", "\\n", "\\", " ", "\t"),
        *(".", "é", "€", '"', "<b>", "?"),
    ]
)


@settings(deadline=None, max_examples=400)
@given(st.lists(SIGNS, max_size=40).map("".join))
@example("deadbeef")
@example("IFN0b25l\nIFN0b25l")
@example("IFN0b25l \\n IFN0b25l")
@example("QmVuIF=")
@example("QmVuIFN0b25lIGFuZCBv\n  bjEy\\nabcd==")
def test_runs_that_tell_something_are_those_of_the_whole_text(text):
    every = set(runs._BASE64.findall(text))
    telling = set(runs._BASE64.findall(".".join(runs._telling(text))))
    useful = {
        (run, padding)
        for run, padding in every
        if padding or len(run) >= 12 or re.search("[0-9A-Fa-f]{8}", run)
    }
    assert useful <= telling <= every


@pytest.mark.parametrize(
    "said",
    [
        b64(b"Ben Stone"),
        b64(b"Bolt Industries").rstrip("="),
        b64(b"BSTONE, her!")[:8] + "\n " + b64(b"BSTONE, her!")[8:],
        b64(b"BSTONE, her!")[:8] + "\\n" + b64(b"BSTONE, her!")[8:],
        f"g/{b'BSTONE'.hex()}",
        b"BSTONE".hex(),
        b64(b"BSTONE!"),
    ],
)
def test_data_in_the_middle_of_a_long_page_is_found(scanner, said):
    assert leaks(scanner, f"<p>{LONG * 60}</p><p title='{said}'>{LONG * 60}</p>")


def test_data_in_a_long_page_is_found_however_often_its_neighbours_stand_there(scanner):
    page = LONG * 90 + f"class='{b64(b'Ben Stone')}'" + LONG * 90
    assert leaks(scanner, page) == ["Ben Stone"]


@pytest.mark.parametrize("data", [raw_deflate(b"Ben Stone"), zlib.compress(b"Ben Stone")])
def test_few_bytes_that_hold_something_do_so_each_time(scanner, data):
    assert len(data) <= 48
    for _ in range(3):
        assert leaks(scanner, f"<p>{LONG * 40}{b64(data)}</p>") == ["Ben Stone"]


def test_few_bytes_that_hold_much_are_not_taken_for_noise():
    packed = zlib.compress(b"Ben Stone " * 400, 9)
    assert len(packed) <= 48
    for _ in range(2):
        assert any("Ben Stone" in piece.text for piece in unwrapped(packed))


FOREIGN = [
    "é",
    "e\u0301",
    "ﬁ",
    "½",
    "…",
    "€",
    "\u200b",
    "\u00ad",
    "Ｂ",
    "𝐁",
    "а",
    "가",
    "ᄀ",
    "\ud800",
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([*FOREIGN, "a", " ", "<", "Ben"]), max_size=12).map("".join))
def test_letters_of_other_kinds_are_read_as_they_are_sign_by_sign(text):
    piece = Piece(text)
    each = [
        *written._near(piece, written._INVISIBLE, written._nothing),
        *written._near(piece, written._FOREIGN, written._composed),
    ]
    assert list(written._foreign(piece)) == each


@pytest.mark.parametrize("said", ["Be\u200bn Stone", "Ｂen Stone", "Be\u00adn Stone", "𝐁en Stone"])
def test_one_odd_letter_among_many_usual_foreign_ones_is_found(scanner, said):
    assert leaks(scanner, f"<p>{LONG * 50}{said} {LONG * 50}</p>")


@pytest.mark.parametrize("sign", "\\*~`")
def test_each_sign_of_markdown_in_a_name_is_found(scanner, sign):
    assert leaks(scanner, f"<p>{LONG * 50}Be{sign}n Stone {LONG * 50}</p>")


@pytest.mark.parametrize(
    "page",
    [
        "<p>Ben Stone</p><script>%s</script>",
        "<script>%s</script><p>Ben Stone</p>",
        "<script>%s</script><script>var a = 'Ben Stone';</script>",
        "<script>var a = 'Ben Stone';</script><script>%s</script>",
        "<script>\n%s\n Ben Stone</script>",
        "<script>Ben Stone %s</script>",
        "<script data-of='Ben Stone'>%s</script>",
        "<script>%s</script data-of='Ben Stone'>",
        "<script>%s</script><script>/* Ben Stone */ %s</script>",
        "<p>Ben <script>%s</script>Stone</p>",
    ],
)
def test_what_stands_beside_the_kit_s_own_script_is_found(scanner, page, own):
    found = leaks(scanner, page.replace("%s", own))
    assert any(re.findall("Ben|Stone", leak) == ["Ben", "Stone"] for leak in found)


def test_a_name_within_the_kit_s_own_script_is_found(scanner, own):
    at = own.index(";", len(own) // 2) + 1
    page = f"<script>{own[:at]}/* Ben Stone */{own[at:]}</script>"
    assert "Ben Stone" in leaks(scanner, page)


def test_the_kit_s_own_script_alone_is_no_leak(scanner):
    assert leaks(scanner, f"<html><script>\n{runtime()}\n</script><p>Ana</p></html>") == []


@pytest.mark.parametrize("remark", ["", "x" * 65_535])
def test_an_archive_that_ends_with_a_remark_of_any_length_is_opened(scanner, remark):
    archive = b"<p>before</p>" * 100 + zipped("a.txt", "Ben Stone", remark)
    assert "Ben Stone" in leaks(scanner, archive)


def test_a_shared_name_in_one_cell_of_a_long_table_is_found():
    accounts = [
        {"account_id": "AC-100001", "name": "Acme"},
        {"account_id": "AC-100002", "name": "Practice"},
    ]
    scanner = Scanner(small_team(accounts=accounts), ordinary="## Practice of Law")
    rows = "<tr><td>Acme</td></tr>" * 300
    for name in ("Practice", "PRACTICE"):
        page = f"<table>{rows}<tr><td><b>{name}</b></td></tr>{rows}</table>"
        assert leaks(scanner, page) == ["Practice"]


def test_numbers_of_ids_in_data_are_read_whole_and_with_a_point():
    for said in (100002, 100002.0):
        pieces = unwrapped(json.dumps({"account_id": said, "arr": 7}).encode())
        assert "100002" in [piece.text for piece in pieces]
