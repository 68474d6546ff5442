"""The sheet of a spot-check: what it holds, and that nothing on it is markup or lost."""

import stat
import sys
from html.parser import HTMLParser

import pytest

from csmkit.compute.qbr_draw import qbr_draw
from csmkit.errors import UsageError
from csmkit.render.qbr_sheet import render_qbr_sheet, sheet_html, sheet_markdown, sheet_of
from tests.compute.helpers import csms, cycle_of, owned, rows

TOUCH = (
    "account_id person_id date type deck_retrospective deck_action_plan deck_expansion deck_usage"
)


def drawn(*names, number=3, people=None):
    """A draw with seed 7 of one review for each account; of each deck yes, no, blank, blank."""
    ids = [f"a{at}" for at in range(len(names))]
    cycle = cycle_of(
        people=csms("ana") if people is None else people,
        accounts=rows("account_id name", *zip(ids, names, strict=True)),
        ownership=owned(*((i, "ana", "2025-01-01", None) for i in ids)),
        touchpoints=rows(
            TOUCH, *((i, "ana", "2026-03-02", "ebr", True, False, None, None) for i in ids)
        ),
    )
    return qbr_draw(cycle, csm="ana", seed=7, number=number), cycle


class Page(HTMLParser):
    """The headings and rows of cells of a page, and which elements it has."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.heads, self.rows, self._into = set(), [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        self._into = {"h2": self.heads, "th": self._row(), "td": self._row()}.get(tag)
        if self._into is not None:
            self._into.append("")

    def handle_endtag(self, tag):
        self._into = None

    def handle_data(self, data):
        if self._into is not None:
            self._into[-1] += data

    def _row(self):
        return self.rows[-1] if self.rows else None


def test_a_deck_has_its_checklist_beside_what_the_export_says():
    draw, cycle = drawn("Acme")
    (deck,) = sheet_of(draw, cycle, csm="ana").decks
    assert deck.head == "1. Acme, 2 Mar 2026 (EBR)"
    assert [row.export for row in deck.rows] == ["yes", "no", "", ""]
    starts = [row.look_for.split(":")[0] for row in deck.rows]
    assert starts == [
        "Value retrospective",
        "Mutual action plan",
        "Expansion conversation woven in",
        "Usage review",
    ]


def test_the_sheet_says_how_to_draw_the_same_again():
    draw, cycle = drawn(*"ABCDE")
    lines = sheet_of(draw, cycle, csm="ana").lines
    assert lines[0] == "3 of 5 business reviews drawn at random with seed 7."
    assert lines[1] == "To draw the same again: csmkit qbr-draw --csm ana --seed 7"
    assert lines[2].startswith("About 20 minutes a deck.")
    draw, cycle = drawn(*"ABCDE", number=2)
    assert sheet_of(draw, cycle, csm="ana").lines[1].endswith("--csm ana --seed 7 --number 2")
    draw, cycle = drawn("A")
    assert not any("again" in line for line in sheet_of(draw, cycle, csm="ana").lines)


def test_markdown_and_html_hold_the_same():
    draw, cycle = drawn(*"ABCD")
    sheet = sheet_of(draw, cycle, csm="ana")
    markdown, page = sheet_markdown(sheet), Page(sheet_html(sheet))
    assert [f"## {head}" for head in page.heads] == [
        line for line in markdown.splitlines() if line.startswith("## ")
    ]
    in_markdown = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in markdown.splitlines()
        if line.startswith("| ")
    ]
    assert page.rows == in_markdown
    assert len(page.rows) == 3 * 5
    assert markdown.startswith(
        "# Spot-check of business reviews\n\n**Ana, 2026-01-01 to 2026-06-30**"
    )


HOSTILE = "A|b*c*<script>alert(1)</script>\n# [x](http://e.example)\u202e"


def test_names_are_text_and_never_markup():
    people = rows("person_id name role", ("ana", "Ana <img src=x>", "csm"))
    draw, cycle = drawn(HOSTILE, people=people)
    sheet = sheet_of(draw, cycle, csm="ana")
    text = sheet_html(sheet)
    page = Page(text)
    assert not page.tags & {"script", "img", "a"}
    assert page.heads == [
        "1. A|b*c*<script>alert(1)</script> # [x](http://e.example), 2 Mar 2026 (EBR)"
    ]
    assert "default-src 'none'" in text
    assert r"A\|b\*c\*\<script>alert(1)\</script> # \[x\](http" in sheet_markdown(sheet)


@pytest.mark.parametrize("name", ["sheet.md", "sheet.HTML"])
def test_a_sheet_is_written_for_its_owner_and_is_the_same_again(tmp_path, name):
    draw, cycle = drawn(*"ABCD")
    path = render_qbr_sheet(draw, cycle, csm="ana", out=tmp_path / name)
    data = path.read_bytes()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert render_qbr_sheet(draw, cycle, csm="ana", out=path).read_bytes() == data
    path.write_bytes(data + b"A note")
    with pytest.raises(UsageError, match="somebody may have written in it"):
        render_qbr_sheet(draw, cycle, csm="ana", out=path)
    assert path.read_bytes() == data + b"A note"


@pytest.mark.parametrize(("name", "why"), [
    ("sheet.docx", "ends neither with .md nor with .html"),
    ("none/sheet.md", "There is no folder"),
])  # fmt: skip
def test_a_place_that_cannot_be_is_one_message(tmp_path, name, why):
    draw, cycle = drawn("A")
    with pytest.raises(UsageError, match=why):
        render_qbr_sheet(draw, cycle, csm="ana", out=tmp_path / name)


def test_without_a_review_there_is_no_sheet(tmp_path):
    cycle = cycle_of(ownership=owned(("a", "ana", "2025-01-01", None)))
    draw = qbr_draw(cycle, csm="ana", seed=7)
    with pytest.raises(UsageError, match="There is no sheet to write: Cannot tell"):
        render_qbr_sheet(draw, cycle, csm="ana", out=tmp_path / "sheet.md")
    assert not list(tmp_path.iterdir())
