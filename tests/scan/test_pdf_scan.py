"""A PDF is looked through as a reader sees it, and beside what a reader sees."""

import io
import zlib
from pathlib import Path

import pypdfium2
import pytest
import typst

import csmkit
from csmkit.scan.pdfs import as_read
from csmkit.scan.scanner import Scanner
from tests.render.helpers import ANA, BEN, small_team

FONTS = str(Path(csmkit.__file__).parent / "render" / "fonts")
OTHER, OWN = "Bolt Industries", "Acme"


@pytest.fixture(scope="module")
def scanner():
    return Scanner(small_team())


def made(tmp_path, source: str, **options) -> bytes:
    path = tmp_path / "one.typ"
    path.write_text(f'#set document(title: "A title")\n#set text(lang: "en")\n{source}', "utf-8")
    data = typst.compile(str(path), root=str(tmp_path), format="pdf", **options)
    assert isinstance(data, bytes)
    return data


PLANTED = {
    "text": "We met {n} today.",
    "text on the last page": "One #pagebreak() Two #pagebreak() Three: {n}",
    "a heading, and the outline": "= {n}",
    "over the end of a line": "#block(width: 20mm)[{n}]",
    "over the end of a page": "#set page(height: 40mm, width: 60mm, margin: 10mm)\n#v(14mm)\nx\n\n"
    "#block(breakable: true)[{first} \\ {last}]",
    "hyphenated": "#block(width: 10mm)[{first} {syllables}]",
    "a cell": "#table(columns: (12mm, 12mm), [{n}], [x])",
    "the title": '#set document(title: "{n}")\nText',
    "a remark on it": '#set document(description: "{n}")\nText',
    "keywords": '#set document(keywords: ("{n}",))\nText',
    "the author": '#set document(author: "{n}")\nText',
    "the text beside a figure": '#figure(rect(), alt: "{n}")',
    "the text beside an image": '#image("x.svg", alt: "{n}")',
    "a link": '#link("https://example.com/?q={linked}")[x]',
    "white letters": "#text(fill: white)[{n}]",
    "tiny letters": "#text(size: 0.1pt)[{n}]",
    "outside the page": "#place(dx: -40mm, dy: 0mm)[{n}]",
    "turned": "#rotate(90deg)[{n}]",
    "capitals": "#upper[{n}]",
}


@pytest.mark.parametrize("way", PLANTED)
def test_a_name_of_another_is_found_and_an_own_one_is_not(scanner, tmp_path, way):
    (tmp_path / "x.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    )

    def leaks(first: str, last: str, syllables: str) -> list[str]:
        name = f"{first} {last}"
        source = PLANTED[way].format(
            n=name, first=first, last=last, syllables=syllables, linked=name.replace(" ", "%20")
        )
        return scanner.packet(ANA).leaks("x.pdf", made(tmp_path, source))

    found = " ".join(leaks("Bolt", "Industries", "Indus-?tries")).casefold().split()
    assert OTHER.casefold() in " ".join(found)
    assert leaks("Acme", "Acme", "Ac-?me") == []


def test_a_file_attached_is_looked_through(scanner, tmp_path):
    (tmp_path / "a.csv").write_text(f"account\n{OTHER}\n", encoding="utf-8")
    data = made(tmp_path, '#pdf.attach("a.csv")\nText')
    assert scanner.packet(ANA).leaks("x.pdf", data) == [OTHER]
    assert scanner.packet(BEN).leaks("x.pdf", data) == []


def test_the_name_of_a_file_attached_is_looked_at(scanner, tmp_path):
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    data = made(tmp_path, f'#pdf.attach("a.csv", description: "{OTHER}")\nText')
    assert scanner.packet(ANA).leaks("x.pdf", data) == [OTHER]


@pytest.mark.parametrize("name", ["שלום תעשיות", "مصنع الشمال", "Ωμέγα Πλοία", "โรงงาน เหนือ"])
def test_names_in_other_scripts_are_found(tmp_path, name):
    accounts = [
        {"account_id": "AC-100001", "name": "Acme"},
        {"account_id": "AC-100002", "name": name},
        {"account_id": "AC-100003", "name": "Orange"},
    ]
    scanner = Scanner(small_team(accounts=accounts))
    fonts = '"Noto Sans", "Noto Sans Hebrew", "Noto Sans Arabic", "Noto Sans Thai"'
    data = made(tmp_path, f"#set text(font: ({fonts}))\nMet {name} today.", font_paths=[FONTS])
    assert scanner.packet(ANA).leaks("x.pdf", data) != []
    assert scanner.packet(BEN).leaks("x.pdf", data) == []


def test_a_long_word_that_a_line_cut_in_two_is_put_together():
    assert "Donaudampfschifffahrtsgesellschaft" in "".join(
        list(as_read("the Donaudampfschifffahrts\ngesellschaft met"))[1:]
    )


def test_short_words_at_the_end_of_lines_stay_two():
    assert list(as_read("book\nkeeper")) == ["book\nkeeper"]


def test_a_pdf_that_is_locked_is_refused(scanner):
    locked = b"%PDF-1.7\n1 0 obj<</Filter/Standard>>endobj\ntrailer<</Encrypt 1 0 R>>\n%%EOF"
    assert scanner.packet(ANA).leaks("x.pdf", locked) == [
        "a PDF that is locked: it cannot be looked through"
    ]


def test_strings_of_packed_objects_are_read(scanner):
    packed = zlib.compress(f"<</Title({OTHER[:4]}\\040{OTHER[5:]})>>".encode())
    data = (
        b"%%PDF-1.7\n1 0 obj<</Type/ObjStm/N 1/First 0/Length %d/Filter/FlateDecode>>\nstream\n%s"
        b"\nendstream\nendobj\n%%%%EOF" % (len(packed), packed)
    )
    assert scanner.packet(ANA).leaks("x.pdf", data) == [OTHER]


def test_what_another_program_wrote_is_looked_through(scanner, tmp_path):
    document = pypdfium2.PdfDocument(made(tmp_path, f"Met {OTHER}"))
    again = io.BytesIO()
    document.save(again)
    assert scanner.packet(ANA).leaks("x.pdf", again.getvalue()) == [OTHER]


def test_a_pdf_without_names_of_others_is_clean(scanner, tmp_path):
    source = f"= {OWN}\n#table(columns: 2, table.header([a], [b]), [{OWN}], [1])"
    data = made(tmp_path, source, pdf_standards=["ua-1"])
    assert scanner.packet(ANA).leaks("x.pdf", data) == []


def test_words_without_blanks_that_a_line_cut_in_two_are_put_together():
    assert "山田商店" in "".join(as_read("met 山田\n商店 today"))
