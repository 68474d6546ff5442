"""Facts typeset: tagged, with fonts for many scripts, and never as markup."""

import zlib
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest

from csmkit.errors import UsageError
from csmkit.render.paper import typeset as module
from csmkit.render.paper.typeset import typeset
from tests.render.paper.pdfs import is_tagged, outside, pages_of, text_of

TEMPLATE = """#import "page.typ": *
#show: paged.with(foot: [Foot])
= #facts.title
#facts.text
"""
BARE = """#import "page.typ": *
#show: paged
"""
SCRIPTS = "Ärger Øre Ωμέγα Привет שלום مرحبا नमस्ते ไทย Հայ ქართ தமிழ் বাংলা አማርኛ"


@pytest.fixture
def made(tmp_path, monkeypatch):
    for name in ("page.typ",):
        (tmp_path / name).write_bytes((module.FOLDER / name).read_bytes())
    (tmp_path / "one.typ").write_text(TEMPLATE, encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return lambda text, title="A title": typeset("one.typ", {"text": text}, title=title)


@pytest.fixture
def made_by(made, tmp_path):
    def make(body, text):
        (tmp_path / "one.typ").write_text(f"{BARE}{body}\n", encoding="utf-8")
        return made(text)

    return make


def test_a_pdf_is_tagged_and_has_a_title_and_a_language(made):
    data = made("Hello")
    assert is_tagged(data)
    assert b"/Lang" in data
    assert b"<dc:title>" in data
    assert b"A title" in data
    assert b"<pdfuaid:part>1<" in data


def test_text_is_never_markup(made):
    hostile = '#panic("x") *bold* $x$ <label> @ref \\ #read("/etc/hostname")'
    assert hostile in text_of(made(hostile))


@pytest.mark.parametrize("word", SCRIPTS.split())
def test_fonts_that_are_shipped_have_many_scripts(made, monkeypatch, word):
    shipped = module.typst.Fonts(include_system_fonts=False, font_paths=[str(module.FONTS)])
    monkeypatch.setattr(module, "_fonts", lambda: shipped)
    assert b"NotoSans" in made(word)


def test_letters_without_a_font_are_named_and_nothing_is_made(made, monkeypatch):
    shipped = module.typst.Fonts(include_system_fonts=False, font_paths=[str(module.FONTS)])
    monkeypatch.setattr(module, "_fonts", lambda: shipped)
    with pytest.raises(UsageError) as told:
        made("Met 山田 today", "Packet of 山田")
    assert "the letters 山 田" in told.value.what
    assert "“Packet of 山田” was not made" in told.value.what
    assert "Noto Sans CJK" in told.value.remedy


def test_symbols_without_a_font_are_written_out(made, monkeypatch):
    shipped = module.typst.Fonts(include_system_fonts=False, font_paths=[str(module.FONTS)])
    monkeypatch.setattr(module, "_fonts", lambda: shipped)
    text = text_of(made("Saved it 🎉 with 👩‍💻 today"))
    assert "Saved it :tada: with :woman::computer: today" in text


@pytest.mark.parametrize("sign", ["\uf0b7", "\uf04a", "\u0378", "\ufdd0", "\ufffe", "\U000f0001"])
def test_signs_that_no_font_has_end_as_a_bullet_or_a_question_mark(made, sign):
    assert f"a {'•' if sign == chr(0xF0B7) else '?'} b" in text_of(made(f"a {sign} b"))


def test_control_characters_and_turned_text_are_dropped(made):
    assert "Acme Ltd" in text_of(made("Ac\x00me\u202e Ltd\ud800"))


def test_the_same_facts_give_the_same_bytes_and_nothing_of_the_machine(made, tmp_path):
    first, second = made("Hello"), made("Hello")
    assert first == second
    inside = b"".join(_streams(first))
    for private in (str(tmp_path), "root", "/CreationDate"):
        assert private.encode() not in first + inside


def test_long_text_flows_over_pages(made):
    data = made("A sentence that goes on. " * 800)
    assert pages_of(data) > 2


@pytest.mark.parametrize("word", ["x" * 2000, "W" * 300, "a_b." * 300, "مرحبا" * 300])
def test_a_word_that_is_wider_than_the_page_breaks(made, word):
    data = made(f"Before {word} after.")
    assert outside(data) == []
    assert "after" in text_of(data)


@pytest.mark.parametrize(
    "word", ["kwame.mensah@northwind.example", "05_calibration_meeting.ipynb", "responsibilities"]
)
def test_mails_files_and_ordinary_words_are_whole_when_they_are_copied(made, word):
    assert word in text_of(made(f"Ask {word} first"))


def test_text_that_begins_from_right_to_left_is_set_so(made_by):
    data = made_by("#own(facts.text)\n\n#metadata(0)", "שלום (test)")
    left, *_ = pypdfium2.PdfDocument(data)[0].get_textpage().get_charbox(0)
    assert left > 300
    data = made_by("#own(facts.text)", "(1) Hello שלום")
    left, *_ = pypdfium2.PdfDocument(data)[0].get_textpage().get_charbox(0)
    assert left < 100


def _streams(data):
    for part in data.split(b"stream\n")[1:]:
        try:
            yield zlib.decompress(part)
        except zlib.error:
            continue


def test_threads_make_pdfs_at_the_same_time(made):
    with ThreadPoolExecutor(4) as threads:
        texts = [text_of(one) for one in threads.map(made, [f"Page of {n}" for n in range(12)])]
    assert all(f"Page of {n} " in text for n, text in enumerate(texts))


def test_where_a_pdf_ends_is_told_before_it_is_made(made, tmp_path):
    end = "#context [#metadata((here().page(), here().position().y / page.height))<end>]"
    (tmp_path / "one.typ").write_text(f"{TEMPLATE}\n{end}\n", encoding="utf-8")
    ends = [module.ends_at("one.typ", {"text": "Word " * n}, title="T") for n in (1, 400, 4000)]
    assert [page for page, _ in ends[:2]] == [1, 1]
    assert ends[0][1] < ends[1][1] < 1
    assert ends[2][0] == pages_of(made("Word " * 4000))
