"""What belongs to somebody else is found in a real packet, in whatever way it is written."""

import base64
import gzip
import io
import json
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csmkit as ck
from csmkit.names import packet_slug
from csmkit.render.own_words import own_words
from csmkit.render.packet import template
from csmkit.render.rescan import scan_pack
from csmkit.scan.packed import Allowance, TooMuch
from csmkit.scan.scanner import Scanner
from csmkit.scan.unwrapped import unwrapped
from tests.render.helpers import ANA, small_team
from tests.scan.planted import IN_NOTEBOOKS, IN_PAGES, b64, png

WHO = "yuki.tanaka@northwind.example"
PERSON, ACCOUNT = "Chloé Dubois", "Balmoral Freight"


@pytest.fixture(scope="module", params=["committee", "csm"])
def edition(request):
    return request.param


@pytest.fixture(scope="module")
def packs(team, tmp_path_factory):
    """One packet of the sample team in each edition."""
    folder = tmp_path_factory.mktemp("packs")
    for edition in ("committee", "csm"):
        ck.render_pack(team, out=folder / edition, edition=edition, only=WHO, progress=False)
    return folder


@pytest.fixture(scope="module")
def packet(packs):
    return packs / "committee" / "packets" / packet_slug("Yuki Tanaka", WHO)


@pytest.fixture(scope="module")
def scanner(team):
    return Scanner(team, ordinary=own_words(template()))


@pytest.mark.slow
def test_clean_packs_of_both_editions_are_clean(team, packs, edition):
    assert scan_pack(team, packs / edition) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", [PERSON, ACCOUNT])
@pytest.mark.parametrize("how", IN_PAGES)
def test_found_in_a_page(scanner, packet, tmp_path, how, name):
    page = packet.with_suffix(".html").read_text(encoding="utf-8")
    at = page.rindex("</main>")
    path = tmp_path / "packet.html"
    path.write_text(page[:at] + IN_PAGES[how](name) + page[at:], encoding="utf-8")
    assert scanner.scan(path, WHO), how


@pytest.mark.slow
@pytest.mark.parametrize("name", [PERSON, ACCOUNT])
@pytest.mark.parametrize("how", IN_NOTEBOOKS)
def test_found_in_a_notebook(scanner, packet, tmp_path, how, name):
    if how == "surname first" and name == ACCOUNT:
        pytest.skip("Accounts have no surname.")
    notebook = json.loads(packet.with_suffix(".ipynb").read_text(encoding="utf-8"))
    notebook["cells"].insert(5, IN_NOTEBOOKS[how](name))
    path = tmp_path / "packet.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert scanner.scan(path, WHO), how


@pytest.fixture
def small():
    return Scanner(small_team())


def scan(scanner, tmp_path, content, name="packet.html", who=ANA):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return scanner.scan(path, who)


@pytest.mark.parametrize(
    "said",
    [
        "Stone, Ben",
        "Stone Ben",
        "STONE,&nbsp;Ben",
        "bstone",
        "ben%40example.com",
        "Ac-100002",
        "boltindustries/../Bolt.Industries",
    ],
)
def test_other_forms_of_names_and_ids(small, tmp_path, said):
    assert scan(small, tmp_path, f"<p>{said}</p>")


def test_logins_of_mails_are_found_and_everyday_ones_are_not(tmp_path):
    people = small_team().table("people").to_dict("records")
    for mail in ("kasiaw@example.com", "kw4711@example.com"):
        people[1] |= {"name": "Kasia Wolna", "email": mail, "person_id": "b", "aliases": None}
        scanner = Scanner(small_team(people=people))
        assert scan(scanner, tmp_path, f"<p>see {mail.split('@')[0].upper()}</p>")
    people[1] |= {"email": "support@example.com"}
    assert scan(Scanner(small_team(people=people)), tmp_path, "<p>The support team</p>") == []


def test_the_name_of_the_file_is_read(small, tmp_path):
    assert scan(small, tmp_path, "<p>x</p>", "ben-stone.html") == ["ben-stone"]


def test_names_in_scripts_without_spaces(tmp_path):
    people = small_team().table("people").to_dict("records")
    people[1]["name"] = "山田 太郎"
    scanner = Scanner(small_team(people=people))
    for said in ("山田太郎さん", "太郎 山田", "&#x5c71;田&#8203; 太郎"):
        assert scan(scanner, tmp_path, f"<p>{said}</p>"), said


def test_a_longer_name_of_one_s_own_is_not_cut_short_by_how_it_is_written(tmp_path):
    accounts = [
        {"account_id": "AC-100001", "name": "Bolt & Co"},
        {"account_id": "AC-100002", "name": "Bolt"},
        {"account_id": "AC-100003", "name": "Orange"},
    ]
    scanner = Scanner(small_team(accounts=accounts))
    filler = "nothing to see here, " * 400
    for said in (
        "Bolt &amp; Co",
        "<b>Bolt</b> &amp; Co",
        "Bolt&#32;&amp;&nbsp;Co",
        "Bo<i>lt</i> & Co",
    ):
        assert scan(scanner, tmp_path, f"<p>{filler}{said} {filler}</p>") == [], said
    for before in range(120, 200, 7):
        page = f"<p>{filler}caf&#233;{'x ' * before}Bolt &amp; Co {filler}<i>x</i>y</p>"
        assert scan(scanner, tmp_path, page) == []


ORDINARY = '## Practice of Law\nheading = "Care"\nsegment: Anchor'


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("<p>Practice makes perfect</p>", []),
        ("<table><tr><td>Practice</td></tr></table>", ["Practice"]),
        ("<table><tr><td>Care</td></tr></table>", []),
        ('<table><tr><td data-label="Account">Care</td></tr></table>', ["Care"]),
        ("<table><tr><th>Account</th></tr><tr><th>Care</th></tr></table>", ["Care"]),
        ('<script type="application/json">{"x": "Practice"}</script>', ["Practice"]),
        ('<script type="application/json">{"x": "Care"}</script>', []),
        ('<script type="application/json">{"account": "Care"}</script>', ["Care"]),
        ('<script type="application/json">{"account": ["Care"]}</script>', ["Care"]),
        ('<script type="application/json">{"x": "practice"}</script>', []),
    ],
)
def test_names_that_are_ordinary_words(tmp_path, body, leaks):
    accounts = [
        {"account_id": "AC-100001", "name": "Acme"},
        {"account_id": "AC-100002", "name": "Practice"},
        {"account_id": "AC-100003", "name": "Orange"},
        {"account_id": "AC-100004", "name": "Care"},
    ]
    scanner = Scanner(small_team(accounts=accounts), ordinary=ORDINARY)
    assert scanner.left_out == ("Care", "Practice")
    assert scan(scanner, tmp_path, body) == leaks


def test_an_ordinary_name_of_one_s_own_is_no_leak(tmp_path):
    accounts = [{"account_id": "AC-100001", "name": "Practice"}]
    scanner = Scanner(small_team(accounts=accounts), ordinary=ORDINARY)
    assert scan(scanner, tmp_path, "<table><td>Practice</td></table>") == []


def test_an_id_that_is_a_number_in_data(tmp_path):
    accounts = [{"account_id": "100001", "name": "Acme"}, {"account_id": "100002", "name": "Bolt"}]
    own = [{"account_id": "100001", "person_id": ANA, "start": "2025-01-01"}]
    contracts = [{"account_id": "100001", "start": "2025-01-01", "arr": 100.0}]
    team = small_team(accounts=accounts, ownership=own, contracts=contracts)
    assert scan(Scanner(team), tmp_path, '[{"account_id": 100002.0}]') == ["100002"]
    assert scan(Scanner(team), tmp_path, '[{"arr": 100002.0}]') == []


def bomb() -> bytes:
    return zlib.compress(zlib.compress(b"\0" * 200_000_000, 9), 9)


def locked() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    data = bytearray(file.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(("data", "why"), [(bomb(), "more packed data"), (locked(), "locked")])
def test_what_cannot_be_looked_through_is_no_clean_file(small, tmp_path, data, why):
    leaks = scan(small, tmp_path, f"<p>Ben Stone {b64(data)}</p>")
    assert "Ben Stone" in leaks
    assert any(why in leak for leak in leaks)


def test_no_more_is_opened_than_is_allowed():
    with pytest.raises(TooMuch):
        list(unwrapped(b64(gzip.compress(b"abc " * 5_000)).encode(), Allowance(10_000)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\xffIDAT",
        png()[:40],
        b"\xff\xd8\xff\xe1",
        b"%PDF-1.7 stream\nendstream",
        b"PAR1PAR1",
        b"ARROW1\x00\x00",
        b"\xff\xff\xff\xff\x00",
        b"PK\x05\x06" + b"\0" * 18,
        b"[" * 100_000,
        b"\x1f\x8b\x08\x00",
        b"\xff\xfeB",
    ],
)
def test_broken_files_are_read_as_far_as_they_go(small, tmp_path, data):
    assert scan(small, tmp_path, data, "x.bin") == []
    assert scan(small, tmp_path, data + b" Ben Stone ", "x.bin")


WAYS = st.sampled_from(
    [
        lambda d: b64(d).encode(),
        gzip.compress,
        zlib.compress,
        lambda d: base64.urlsafe_b64encode(b"before " + d),
        lambda d: json.dumps({"a": [b64(d)]}).encode(),
        lambda d: d.hex().encode(),
    ]
)


@settings(deadline=None, max_examples=40)
@given(st.lists(WAYS, max_size=4))
def test_any_chain_of_wrappings_is_undone(ways):
    data = b"the owner, Bolt Industries, is named"
    for wrap in ways:
        data = wrap(data)
    assert any("Bolt Industries" in piece.text for piece in unwrapped(data))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_file_can_be_read(data):
    list(unwrapped(data))
    list(unwrapped(b"<p>" + base64.b64encode(data) + b"</p>"))
