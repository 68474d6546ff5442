"""A draft as a file: links there and back, gaps marked in words, and text that is only text."""

import os
import stat
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from lxml import etree

from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.render import private
from csmkit.render.draft_files import render_draft
from csmkit.words.draft import Draft, Paragraph, Section, Sentence

RENEWAL, LOSS = "renewals, Acme, due 3 Mar 2026", "losses, Acme, 4 Mar 2026"
GAP = "Who did what before the renewal?"
ENDINGS = (".md", ".html", ".docx")
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")


def draft(**changed) -> Draft:
    """Three sentences, two on sources of which they share one, and one gap."""
    given = Draft(
        "review",
        "ana@example.com",
        "Ana Lee",
        "Review of Ana Lee",
        Period.of("2026-01-01", "2026-06-30"),
        (
            Section(
                "Accounts",
                (
                    Paragraph(
                        (
                            Sentence("Acme renewed for €90.", (RENEWAL,)),
                            Sentence("It cut €10 a day later.", (LOSS, RENEWAL)),
                            Sentence(GAP, gap=True),
                        ),
                        title="Acme",
                    ),
                ),
                lead="Name the account first.",
            ),
        ),
    )
    return replace(given, **changed)


def saying(text: str) -> Draft:
    """A draft that has one text in every place."""
    sentences = (Sentence(text, (text,)), Sentence(text, gap=True))
    section = Section(text, (Paragraph(sentences, title=text),), lead=text)
    return draft(name=text, title=text, person_id=text, sections=(section,))


def page(of: Draft, folder) -> str:
    return render_draft(of, out=folder / "d.html", replace=True).read_text(encoding="utf-8")


def document(of: Draft, folder):
    return Document(str(render_draft(of, out=folder / "d.docx", replace=True)))


def body(of: Draft, folder) -> etree._Element:
    path = render_draft(of, out=folder / "d.docx", replace=True)
    return etree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))


class Read(HTMLParser):
    """The elements of a page with their attributes, and the text in the body."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements, self._text, self._styled = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(attrs)))
        self._styled = tag == "style"

    def handle_endtag(self, tag):
        self._styled = self._styled and tag != "style"

    def handle_data(self, data):
        if not self._styled:
            self._text.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())

    def values(self, name: str, tag: str = "") -> list[str]:
        return [
            value
            for element, attrs in self.elements
            for key, value in attrs
            if key == name and tag in ("", element)
        ]


# ── what the files say ──────────────────────────────────────────────────────────────────────────
def test_the_page_tells_what_it_is_of_whom_and_what_is_missing(tmp_path):
    text = Read(page(draft(), tmp_path)).text
    assert "Draft of a review Review of Ana Lee 1 Jan 2026 to 30 Jun 2026" in text
    assert "10 words so far. 1 thing is missing. It is marked with the word “Missing”." in text
    assert "For the writer, no part of the text Name the account first." in text


def test_what_the_title_says_is_not_said_again(tmp_path):
    said = draft(title="Ana Lee, 1 Jan 2026 to 30 Jun 2026")
    assert "subtitle" not in Read(page(said, tmp_path)).values("class")
    assert "Subtitle" not in {one.style.name for one in document(said, tmp_path).paragraphs}
    other = Read(page(draft(title="A draft"), tmp_path)).text
    assert "A draft Ana Lee · 1 Jan 2026 to 30 Jun 2026" in other


def test_the_page_marks_a_gap_in_words(tmp_path):
    assert f"Missing: {GAP}" in Read(page(draft(), tmp_path)).text
    assert page(draft(), tmp_path).count('<mark class="gap">') == 1


def test_on_the_page_each_sentence_leads_to_what_it_stands_on_and_back(tmp_path):
    read = Read(page(draft(), tmp_path))
    links = [link for link in read.values("href", "a") if link.startswith(("#source-", "#sent"))]
    # The second sentence stands on the loss, number 2, and on the renewal, number 1.
    assert links == [
        *("#source-1", "#source-2", "#source-1"),
        *("#sentence-1", "#sentence-2", "#sentence-2"),
    ]
    places = read.values("id")
    assert len(places) == len(set(places))
    assert {link[1:] for link in read.values("href", "a")} <= set(places)


def test_a_screen_reader_is_told_what_a_link_is_for(tmp_path):
    read = Read(page(draft(), tmp_path))
    assert read.values("aria-label", "a")[:2] == ["Stands on 1", "Stands on 2"]
    assert "Back to sentence 2" in read.values("aria-label", "a")
    assert ("html", (("lang", "en"),)) in read.elements


def test_the_page_runs_nothing_and_asks_for_nothing(tmp_path):
    read = Read(page(draft(), tmp_path))
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "img", "iframe", "object", "form", "base", "svg"}
    assert read.values("src") == []
    assert set(read.values("href", "link")) == {"data:,"}
    assert "default-src 'none'; script-src 'none'" in read.values("content", "meta")[0]


def test_a_draft_without_anything_says_so(tmp_path):
    text = Read(page(draft(sections=()), tmp_path)).text
    assert "0 words so far. Nothing is marked as missing." in text
    assert "Nothing is written yet." in text
    assert "Nothing yet: no sentence has a source." in text
    paragraphs = [one.text for one in document(draft(sections=()), tmp_path).paragraphs]
    assert "Nothing is written yet." in paragraphs


def test_the_document_has_real_headings_and_a_numbered_list(tmp_path):
    found = [(one.style.name, one.text) for one in document(draft(), tmp_path).paragraphs]
    assert found == [
        ("Kind", "Draft of a review"),
        ("Title", "Review of Ana Lee"),
        ("Subtitle", "1 Jan 2026 to 30 Jun 2026"),
        (
            "Note",
            "Confidential. This is a draft: read it, change it, and fill in what is missing. "
            "10 words so far. 1 thing is missing. It is marked with the word “Missing”.",
        ),
        ("Heading 1", "Accounts"),
        ("For the writer", "For the writer, no part of the text: Name the account first."),
        ("Heading 2", "Acme"),
        ("Normal", f"Acme renewed for €90.1 It cut €10 a day later.2, 1 Missing: {GAP}"),
        ("Heading 1", "What this stands on"),
        ("Note", "The numbers in the text lead here."),
        ("List Number", f"{RENEWAL} ↑1 ↑2"),
        ("List Number", f"{LOSS} ↑"),
    ]


def test_the_documents_list_is_numbered_by_word(tmp_path):
    made = document(draft(), tmp_path)
    numbering = made.styles["List Number"].element.pPr.numPr
    assert numbering is not None
    # The only list that begins at 1 and counts on: no paragraph starts it anew.
    assert not list(made.element.body.iter(qn("w:numPr")))


def test_in_the_document_numbers_are_superscript_links_there_and_back(tmp_path):
    made = document(draft(), tmp_path)
    links = [link for paragraph in made.paragraphs for link in paragraph._p.iter(qn("w:hyperlink"))]
    to = [link.get(qn("w:anchor")) for link in links]
    assert to == [
        *("source_1", "source_2", "source_1"),
        *("sentence_1", "sentence_2", "sentence_2"),
    ]
    places = [one.get(qn("w:name")) for one in made.element.iter(qn("w:bookmarkStart"))]
    assert sorted(places) == ["sentence_1", "sentence_2", "sentence_3", "source_1", "source_2"]
    styles = {run.style.name for one in made.paragraphs for h in one.hyperlinks for run in h.runs}
    assert styles == {"Number", "Back"}
    assert made.styles["Number"].font.superscript
    begins = [one.get(qn("w:id")) for one in made.element.iter(qn("w:bookmarkStart"))]
    ends = [one.get(qn("w:id")) for one in made.element.iter(qn("w:bookmarkEnd"))]
    assert len(set(begins)) == len(begins)
    assert sorted(begins) == sorted(ends)


def test_the_document_marks_a_gap_bold_and_in_colour_and_in_words(tmp_path):
    made = document(draft(), tmp_path)
    marked = [run for one in made.paragraphs for run in one.runs if run.font.highlight_color]
    assert "".join(run.text for run in marked) == f"Missing: {GAP}"
    assert {run.font.highlight_color for run in marked} == {WD_COLOR_INDEX.YELLOW}
    assert {run.style.name for run in marked} == {"Missing"}
    assert made.styles["Missing"].font.bold


def test_the_document_says_its_title_and_language_and_nothing_of_who_made_it_when(tmp_path):
    path = render_draft(draft(), out=tmp_path / "d.docx")
    about = Document(str(path)).core_properties
    assert (about.title, about.language, about.author) == ("Review of Ana Lee", "en-GB", "csmkit")
    assert (about.comments, about.last_modified_by) == ("", "")
    assert (about.created, about.modified) == (None, None)
    parts = zipfile.ZipFile(path)
    assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not [one for one in parts.namelist() if "thumbnail" in one or "app.xml" in one]
    styles = etree.fromstring(parts.read("word/styles.xml"))
    assert {one.get(qn("w:val")) for one in styles.iter(qn("w:lang"))} == {"en-GB"}


def test_a_self_evaluation_is_called_so(tmp_path):
    assert "Draft of a self-evaluation" in page(draft(kind="self"), tmp_path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_draft_gives_the_same_file(tmp_path, ending):
    first = render_draft(draft(), out=tmp_path / f"a{ending}").read_bytes()
    assert render_draft(draft(), out=tmp_path / f"b{ending}").read_bytes() == first


def test_markdown_is_what_the_words_make_of_it(tmp_path):
    from csmkit.words.draft_text import draft_markdown

    path = render_draft(draft(), out=tmp_path / "d.md")
    assert path.read_text(encoding="utf-8") == draft_markdown(draft())


# ── names in any script ─────────────────────────────────────────────────────────────────────────
NAMES = "מגדל ביטוח and 日本電気株式会社 and شركة الفجر and Łódź Ærø"


def test_names_in_any_script_stay_as_they_are(tmp_path):
    # Twice more than in the document: in the title of the tab and in the contents.
    assert Read(page(saying(NAMES), tmp_path)).text.count(NAMES) == 9
    paragraphs = [one.text for one in document(saying(NAMES), tmp_path).paragraphs]
    assert sum(one.count(NAMES) for one in paragraphs) == 7


def test_what_is_written_from_right_to_left_is_said_to_be_so_in_the_document(tmp_path):
    made = document(draft(title=NAMES), tmp_path)
    title = next(one for one in made.paragraphs if one.style.name == "Title")
    assert [(run.text, run.font.rtl) for run in title.runs if run.font.rtl] == [
        ("מגדל ביטוח", True),
        ("شركة الفجر", True),
    ]


# ── text that is only text ──────────────────────────────────────────────────────────────────────
HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)></p></section>",
    "quotes": "\" onmouseover=alert(1) x='",
    "entities": "&lt;b&gt; &#60;i&#62; &amp;",
    "end of style": "</style><style>*{display:none}</style>",
    "comment": "<!-- --><![CDATA[ x ]]><?xml version='1.0'?>",
    "template": "{{ config }}{% for x in y %}{# #}",
    "field": '{ DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc" } =cmd|calc',
    "word": '<w:r><w:fldSimple w:instr="DDEAUTO"/></w:r><w:hyperlink r:id="1"/>',
    "control": "a\x00b\x07c\x1bd\x0be\x0cf\x7fg\x85h\ufffei\ufffffj",
    "half a pair": "a\ud800b\udfffc",
    "overrides": "a\u202eb\u2066c\u200fd\u2069e",
    "lines": "a\nb\r\nc\td\u2028e\u2029f",
    "long": "x" * 100_000,
    "many words": "word " * 20_000,
}


@pytest.fixture(params=HOSTILE)
def hostile(request):
    """Each hostile text in turn."""
    return HOSTILE[request.param]


def test_no_text_becomes_an_element_or_an_attribute_of_the_page(tmp_path, hostile):
    plain, read = Read(page(saying("plain"), tmp_path)), Read(page(saying(hostile), tmp_path))
    assert read.elements == plain.elements


def skeleton(root: etree._Element) -> list[tuple]:
    return [(one.tag, tuple(sorted(one.attrib.items()))) for one in root.iter()]


def test_no_text_becomes_an_element_or_an_attribute_of_the_document(tmp_path, hostile):
    assert skeleton(body(saying(hostile), tmp_path)) == skeleton(body(saying("plain"), tmp_path))


def test_no_text_becomes_a_field_or_leads_outside(tmp_path, hostile):
    path = render_draft(saying(hostile), out=tmp_path / "d.docx")
    parts = zipfile.ZipFile(path)
    for name in parts.namelist():
        if name.endswith((".xml", ".rels")):
            root = etree.fromstring(parts.read(name))
            codes = [one.get(qn("w:instr")) for one in root.iter(qn("w:fldSimple"))]
            assert codes in ([], ["PAGE"])
            assert not list(root.iter(qn("w:instrText")))
            assert not [one for one in root.iter() if one.get("TargetMode") == "External"]


def test_what_can_be_shown_of_it_is_shown_in_both(tmp_path, hostile):
    seen = {
        **dict.fromkeys(HOSTILE.values(), None),
        HOSTILE["control"]: "abcdefgh\ufffdi\ufffdfj",
        HOSTILE["half a pair"]: "abc",
        HOSTILE["overrides"]: "abcde",
        HOSTILE["lines"]: "a b c d e f",
    }[hostile] or hostile.strip()
    assert seen in Read(page(saying(hostile), tmp_path)).text
    texts = [one.text for one in document(saying(hostile), tmp_path).paragraphs]
    assert any(seen in text for text in texts)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_form_can_be_written_of_any_text(tmp_path, hostile, ending):
    assert render_draft(saying(hostile), out=tmp_path / f"d{ending}").stat().st_size > 0


def test_a_title_of_any_length_is_cut_only_where_a_document_has_no_room(tmp_path):
    made = document(draft(title="x" * 300), tmp_path)
    assert made.core_properties.title == "x" * 255
    assert made.paragraphs[1].text == "x" * 300


# ── files ───────────────────────────────────────────────────────────────────────────────────────
@posix
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_draft_is_for_its_owner_only(tmp_path, ending):
    path = render_draft(draft(), out=str(tmp_path / f"d{ending}"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def refusal(**given) -> str:
    with pytest.raises(UsageError) as refused:
        render_draft(draft(), **given)
    return str(refused.value)


@pytest.mark.parametrize("name", ["d.pdf", "d", "d.txt", ".docx"])
def test_another_ending_is_refused_and_the_endings_named(tmp_path, name):
    said = refusal(out=tmp_path / name)
    assert said == (
        f"A draft cannot be written as “{name}”. End the name with .md, .html or .docx."
    )
    assert list(tmp_path.iterdir()) == []


def test_the_ending_may_be_in_capitals(tmp_path):
    assert render_draft(draft(), out=tmp_path / "D.HTML").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    said = refusal(out=tmp_path / "none" / "d.html")
    assert said == f"There is no folder {tmp_path / 'none'}. Make it first, or name another."


def test_a_folder_in_the_files_place_is_named(tmp_path):
    (tmp_path / "d.html").mkdir()
    assert "is a folder, and a file is needed" in refusal(out=tmp_path / "d.html")


def test_a_file_that_somebody_wrote_in_stays(tmp_path):
    path = render_draft(draft(), out=tmp_path / "d.html")
    path.write_text("hours of work", encoding="utf-8")
    assert "somebody may have written in it" in refusal(out=path)
    assert path.read_text(encoding="utf-8") == "hours of work"
    render_draft(draft(), out=path, replace=True)
    assert "Review of Ana Lee" in path.read_text(encoding="utf-8")


def test_an_untouched_file_may_be_written_again(tmp_path):
    path = render_draft(draft(), out=tmp_path / "d.docx")
    assert render_draft(draft(), out=path) == path


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("review.docx", "~$review.docx"),
        ("reviews.docx", "~$eviews.docx"),
        ("ana-lee-review.docx", "~$a-lee-review.docx"),
        ("ana-lee-review.docx", ".~lock.ana-lee-review.docx#"),
    ],
)
def test_a_file_that_word_or_libreoffice_has_open_stays(tmp_path, name, lock):
    path = render_draft(draft(), out=tmp_path / name)
    before = path.read_bytes()
    (tmp_path / lock).write_text("somebody", encoding="utf-8")
    said = refusal(out=path, replace=True)
    assert "is open in another program. Close it there first." in said
    assert lock in said
    assert path.read_bytes() == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_write_that_fails_leaves_the_older_file_and_one_message(tmp_path, monkeypatch, ending):
    path = render_draft(draft(), out=tmp_path / f"d{ending}")
    before = path.read_bytes()

    def locked(self, target):
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(private.Path, "replace", locked)
    said = refusal(out=path, replace=True)
    assert "cannot be written" in said
    assert "close what has it open" in said
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [(path.name, before)]


def test_a_document_can_be_read_from_memory_alone(tmp_path):
    data = render_draft(draft(), out=tmp_path / "d.docx").read_bytes()
    assert Document(BytesIO(data)).paragraphs[1].text == "Review of Ana Lee"


# ── in a browser ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1300, 400])
def test_the_page_fits_its_window_and_complains_of_nothing(tab, tmp_path, width, scheme):
    path = render_draft(saying("A name without an end " + "x" * 400), out=tmp_path / "d.html")
    tab.page.emulate_media(color_scheme=scheme)
    tab.page.set_viewport_size({"width": width, "height": 800})
    tab.page.goto(path.as_uri())
    assert tab.page.evaluate("document.documentElement.scrollWidth") == width
    assert (tab.requests, tab.complaints) == ([], [])


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_missing_can_be_read_in_light_and_dark(tab, tmp_path, scheme):
    path = render_draft(draft(), out=tmp_path / "d.html")
    tab.page.emulate_media(color_scheme=scheme)
    tab.page.goto(path.as_uri())
    colours = tab.page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('.gap'));"
        " return [s.color, s.backgroundColor].map(c => c.match(/[0-9]+/g).map(Number)); })()"
    )
    bright, dim = sorted((luminance(colour) for colour in colours), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 7


def luminance(colour: list[int]) -> float:
    parts = [v / 255 for v in colour[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return sum(v * share for v, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
