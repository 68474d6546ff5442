"""Many notes at once: a CSV, a folder of mails, a journal; what is no note says why."""

import os
import sys
import tracemalloc

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.errors import UnreadableInput
from csmkit.words import notes_in as module
from csmkit.words.capture import LONGEST
from csmkit.words.notes_csv import of_csv
from csmkit.words.notes_in import notes_in
from csmkit.words.notes_journal import of_journal
from csmkit.words.notes_mail import newest, of_mail
from csmkit.words.notes_said import Left, Note, read_text

TODAY = pd.Timestamp("2026-06-12")


@pytest.fixture
def read(tmp_path):
    """Write files, read them as notes; (text, day) of each, and (where, why) of the rest."""

    def of(name, content=None, **files):
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(data)
        notes, left = notes_in(tmp_path / name, today=TODAY)
        told = [(note.text, note.date and f"{note.date:%Y-%m-%d}") for note in notes]
        return told, list(zip(left["where"], left["why"], strict=True))

    return of


def test_a_csv_has_its_columns_by_their_header(tmp_path):
    (tmp_path / "n.csv").write_text(
        "Customer;Date;What happened;Type\n"
        "Acme;2026-03-02;Renewed early;win\n"
        ";;Wrote a checklist;\n"
        "Beta;2026-03-04T10:22:00Z;Told them no;Push back\n",
        encoding="utf-8",
    )
    notes, left = notes_in(tmp_path / "n.csv", today=TODAY)
    on = pd.Timestamp
    assert notes == [
        Note("Renewed early", on("2026-03-02"), "n.csv line 2", "Acme", "win"),
        Note("Wrote a checklist", None, "n.csv line 3"),
        Note("Told them no", on("2026-03-04"), "n.csv line 4", "Beta", "push_back"),
    ]
    assert left.empty
    assert list(left.columns) == ["where", "why", "text"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_however_it_was_saved(read, encoding):
    notes, _ = read("n.csv", "Note,Day\r\nZoë said “ja”,4.3.2026\r\n".encode(encoding))
    assert notes == [("Zoë said “ja”", "2026-03-04")]


def test_cells_over_several_lines_keep_the_line_they_begin_on(read):
    notes, left = read("n.csv", 'text\n"one\ntwo, three"\n\n"four, five"\nsix, seven\n')
    assert notes == [("one\ntwo, three", None), ("four, five", None), ("six, seven", None)]
    assert left == []


def test_rows_that_are_no_notes_say_why(read):
    notes, left = read(
        "n.csv",
        "text,date,kind\nGood,2026-03-02,\n,,\nNo day,soon,\nTwo days,4/5/2026,\nOdd,,triumph\n"
        "Too, many, cells, here\n,2026-03-02,win\nShort\n",
    )
    assert notes == [("Good", "2026-03-02"), ("Short", None)]
    assert [where for where, _ in left] == [f"n.csv line {n}" for n in (3, 4, 5, 6, 7, 8)]
    for (_, why), part in zip(
        left,
        ("blank", "“soon” is no day", "may be two days", "“triumph” is no kind", "between quotes", "no text"),
        strict=True,
    ):  # fmt: skip
        assert part in why


def test_days_with_the_month_first_are_told_by_their_neighbours(read):
    notes, left = read("n.csv", "text,date\nA,4/5/2026\nB,4/25/2026\n")
    assert (notes, left) == ([("A", "2026-04-05"), ("B", "2026-04-25")], [])
    notes, left = read("n.csv", "text,date\nA,4/5/2026\nB,25/4/2026\n")
    assert (notes, len(left)) == ([("B", "2026-04-25")], 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name,day\nAcme,2026-03-02\n", "its columns are: name, day"),
        ("text,Text\na,b\n", "the column 'text' twice"),
        ('text,day\n"never closed,2026-03-02\n', "quotes that do not close, from line 2"),
    ],
)
def test_a_csv_that_cannot_be_read_is_one_message(read, content, says):
    with pytest.raises(UnreadableInput, match=says):
        read("n.csv", content)


MAIL = """From: Ana <ana@example.com>
To: team@example.com
Subject: Re: AW: Acme renewal
Date: Mon, 02 Mar 2026 23:30:00 -0500
Content-Type: text/plain; charset="utf-8"

They signed, 21k.

Best regards,
Ana Lee
Senior CSM

On Sun, 1 Mar 2026 at 10:00, Li <li@example.com>
wrote:
> Any news?
> > Not yet
"""


def test_of_a_mail_the_newest_reply_counts_with_its_day(read):
    notes, left = read("m.eml", MAIL)
    assert (notes, left) == ([("Acme renewal\nThey signed, 21k.", "2026-03-02")], [])


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("Yes.\n\n-----Original Message-----\nFrom: Li\nSent: x\n\nAnd?", "Yes."),
        ("Yes.\n\n________________________________\nFrom: Li\n", "Yes."),
        ("Yes.\nFrom: Li <li@x.com>\nSent: Monday\nTo: Ana\n\nAnd?", "Yes."),
        ("Ja.\n\nAm 1. März 2026 um 10:00 schrieb Li <li@x.com>:\n> Und?", "Ja."),
        ("> Did they sign?\nYes, today.\n> And the price?\nNo discount.", "Yes, today.\nNo discount."),
        ("Yes.\n--\nAna\nNorthwind", "Yes."),
        ("Yes.\n\nSent from my phone", "Yes."),
        ("Yes.\n\nThanks, Ana\n", "Yes."),
        ("Thanks to the training they renewed.\nBest quarter so far.", "Thanks to the training they renewed.\nBest quarter so far."),
        ("Thanks\nfor all", "Thanks\nfor all"),
        ("\n> only what was said before\n", ""),
        ("FYI\n\n---------- Forwarded message ---------\nFrom: Li\n\nText", "FYI"),
        ("---------- Forwarded message ---------\nFrom: Li\nDate: x\n\nHonestly, you are the best.\n\nOn Mon, 2 Mar 2026 Ana wrote:\n> How are we?", "Honestly, you are the best."),
        ("On Monday I wrote: hello, and they came", "On Monday I wrote: hello, and they came"),
    ],
)  # fmt: skip
def test_what_its_writer_says(body, own):
    assert newest(body) == own
    assert newest(body.replace("\n", "\r\n")) == own


def test_html_an_odd_charset_and_attachments(read):
    html = MAIL.replace("text/plain", "text/html").replace(
        "They signed, 21k.",
        "<style>p {x: y}</style><div>They <b>signed</b> &amp; paid<br>21k</div>"
        "<blockquote>Old</blockquote><script>evil()</script>",
    )
    assert read("h.eml", html)[0][0][0].startswith("Acme renewal\nThey signed & paid\n21k")
    odd = MAIL.replace("utf-8", "klingon")
    assert read("o.eml", odd)[0] == [("Acme renewal\nThey signed, 21k.", "2026-03-02")]
    parts = (
        'From: a@x.com\nDate: Mon, 02 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\n'
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nDone.\n'
        '--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="d.pdf"\n\nx\n--b--\n'
    )  # fmt: skip
    notes, left = read("p.eml", parts)
    assert notes == [("Done.", "2026-03-02")]
    assert left == [("p.eml: d.pdf", "attachments are not read")]


def test_a_mail_saved_as_text_has_its_day_and_one_without_has_none(read):
    saved = "From: Ana\nSent: Monday, March 2, 2026 10:22 AM\nSubject: Acme\n\nThey signed.\n"
    assert read("s.txt", saved) == ([("Acme\nThey signed.", "2026-03-02")], [])
    odd = "From: Ana\nDate: 4/5/2026\n\nThey signed.\n"
    assert read("s.txt", odd) == ([("They signed.", None)], [])
    assert read("t.txt", "To: be sure, they signed.\n")[0] == [("To: be sure, they signed.", None)]


JOURNAL = """# Journal of Ana

Some words before.

## Week of 2 March 2026
- Monday: Acme renewed
- trained the team on Thu
  six came
  - two later
- [ ] ask finance
- [x] notes sent

### Finch Glass
1. from red to green
#### Wednesday
* QBR held

## Next week
- call Maple

## KW 12 2026
- saved Beta

## 2026-03-30, Acme QBR
- deck sent
- - -
## Week ending 3 April 2026
- closed it
"""


def test_a_journal_has_bullets_under_days_and_weeks(tmp_path):
    (tmp_path / "j.md").write_text(JOURNAL, encoding="utf-8")
    notes, left = notes_in(tmp_path / "j.md", today=TODAY)
    told = [(n.source[10:], n.text, f"{n.date:%m-%d}", n.sure) for n in notes]
    assert told == [
        ("6", "Monday: Acme renewed", "03-02", True),
        ("7", "trained the team on Thu\nsix came\ntwo later", "03-05", True),
        ("11", "notes sent", "03-02", False),
        ("14", "Finch Glass: from red to green", "03-02", False),
        ("16", "Finch Glass: QBR held", "03-04", True),
        ("22", "saved Beta", "03-16", False),
        ("25", "Acme QBR: deck sent", "03-30", True),
        ("28", "closed it", "03-28", False),
    ]
    assert left.to_dict("list") == {
        "where": ["j.md line 3", "j.md line 10", "j.md line 19"],
        "why": [
            "it is no bullet",
            "it is an open task",
            "it stands under “Next week”, which is about what is to come",
        ],
        "text": ["Some words before.", "ask finance", "call Maple"],
    }


def test_a_day_without_a_year_is_the_last_one(read):
    assert read("j.md", "## 20 December\n- a\n## 3 June\n- b\n")[0] == [
        ("a", "2025-12-20"),
        ("b", "2026-06-03"),
    ]


def test_markdown_without_days_is_one_note(read):
    text = "# Acme\n\n- they signed\n- they paid\n"
    assert read("a.md", text) == ([(text.strip(), None)], [])


def test_a_folder_is_read_with_all_below_it(tmp_path, read):
    (tmp_path / "f" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "f" / "b.eml").write_text(MAIL, encoding="utf-8")
    (tmp_path / "f" / "a.txt").write_text("They paid.", encoding="utf-8")
    (tmp_path / "f" / "deep" / "j.md").write_text("## 2026-03-02\n- a\n", encoding="utf-8")
    (tmp_path / "f" / "deep" / "n.CSV").write_text("text\nb\n", encoding="utf-8")
    (tmp_path / "f" / "deep" / "er" / "x.csv").write_text("name\nb\n", encoding="utf-8")
    (tmp_path / "f" / "deep" / "er" / "deck.pptx").write_bytes(b"PK")
    notes, left = read("f")
    assert [text for text, _ in notes] == [
        "They paid.",
        "Acme renewal\nThey signed, 21k.",
        "a",
        "b",
    ]
    (pptx, why), (table, no_column) = left
    assert (pptx, why) == ("deep/er/deck.pptx", "it is no .eml, .txt, .md or .csv file")
    assert table == "deep/er/x.csv"
    assert "no column with the text of a moment" in no_column


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes need rights on Windows")
def test_links_pipes_and_what_may_not_be_read(tmp_path, read):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "linked").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    notes, left = read("f")
    assert notes == []
    link = "it is a link, and links are not followed"
    assert left == [
        *((name, link) for name in ("gone.txt", "link.txt", "linked", "loop")),
        ("pipe.txt", "it is no ordinary file"),
    ]
    (tmp_path / "named.txt").symlink_to(outside / "secret.txt")
    assert read("named.txt")[0] == [("secret", None)]


def test_binary_empty_blank_and_long_files_say_so(tmp_path, read):
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"\x89PNG\r\n\x00\x00" * 10)
    (folder / "b.eml").write_bytes(b"\x00" * 10)
    (folder / "c.txt").write_bytes(b"")
    (folder / "d.md").write_bytes(b"\xef\xbb\xbf \n\n")
    (folder / "e.txt").write_text("word " * LONGEST, encoding="utf-8")
    (folder / "f.eml").write_text("not a mail at all", encoding="utf-8")
    (folder / "g.eml").write_text(MAIL.partition("\n\n")[0] + "\n\n> old\n", encoding="utf-8")
    notes, left = read("f")
    assert notes == []
    assert [why for _, why in left] == [
        "it is no text",
        "it is no text",
        "the file is empty",
        "the file is empty",
        f"it has {5 * LONGEST - 1:,} characters, and one moment has {LONGEST:,} at most",
        "it is no mail that can be read",
        "it has nothing but what it answers to",
    ]


def test_a_huge_file_is_not_opened(tmp_path, read, monkeypatch):
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(400_000_000)
    tracemalloc.start()
    notes, left = read("huge.txt")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (notes, left) == ([], [("huge.txt", "it has 400 MB, and 30 MB at most are read")])
    assert most < 5_000_000


def test_an_empty_folder_has_nothing(tmp_path, read):
    (tmp_path / "none").mkdir()
    assert read("none") == ([], [])


@pytest.mark.parametrize(
    ("name", "says"), [("no.csv", "is not there"), ("deck.pptx", "no file that")]
)
def test_a_path_that_is_none_is_one_message(tmp_path, name, says):
    (tmp_path / "deck.pptx").write_bytes(b"PK")
    with pytest.raises(UnreadableInput, match=says):
        notes_in(tmp_path / name)


def test_more_than_can_be_looked_through_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_NOTES", 3)
    monkeypatch.setattr(module, "MOST_FILES", 3)
    (tmp_path / "n.csv").write_text("text\n" + "a\n" * 4, encoding="utf-8")
    with pytest.raises(UnreadableInput, match="more than 3 notes"):
        notes_in(tmp_path / "n.csv")
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("a", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="more than 3 files"):
        notes_in(tmp_path)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(st.lists(CELLS, max_size=8))
def test_every_row_is_a_note_or_has_a_reason(cells):
    import csv
    import io

    file = io.StringIO()
    csv.writer(file).writerows([["text", "kind"], *([cell, ""] for cell in cells)])
    found = list(of_csv(file.getvalue(), "n.csv", TODAY))
    assert len(found) == len(cells)
    notes = [one.text for one in found if isinstance(one, Note)]
    assert notes == [cell.strip() for cell in cells if cell.strip()]


LINES = st.sampled_from(
    ["# A", "## 2026-03-02", "## Week 10", "### x", "- a", "  - b", "* [ ] c", "d", "", "---", "```", "1. e", "\t- f", "- "]
)  # fmt: skip


@given(st.lists(LINES, max_size=20))
def test_every_line_of_a_journal_is_in_a_note_or_has_a_reason(lines):
    found = list(of_journal("\n".join(lines), "j.md", TODAY))
    told = " ".join(one.text for one in found)
    letters = [line.strip(" \t#-*[]1.") for line in lines]
    for letter in "abcdef":
        assert sum(part == letter for part in told.split()) == letters.count(letter)
    assert all(isinstance(one, Note | Left) for one in found)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_mail_or_none(data):
    for head in (
        b"",
        b"From: a\nSubject: ",
        b"Date: ",
        b"Content-Type: multipart/mixed; boundary=b\nTo: x\n\n--b\n",
    ):
        (first, *_) = of_mail(head + data, "m.eml", TODAY)
        assert isinstance(first, Note | Left)
    text = read_text(data)
    assert text is None or "\0" not in text


@given(st.text(max_size=300))
def test_any_text_has_a_newest_part(text):
    own = newest(text)
    assert len(own) <= len(text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["\n" * 200_000, "On " * 100_000, "> " * 100_000, "-" * 300_000, "On a\n" * 50_000, "From: a\n" * 50_000])  # fmt: skip
def test_text_made_to_be_slow_is_not(text):
    newest(text)
    list(of_journal(text, "j.md", TODAY))


def test_columns_that_are_not_known_are_kept_with_the_text(read):
    notes, left = read(
        "n.csv",
        "date,account id,id,note,outcome,Owner\n2026-03-02,A1,7,Ran the QBR,Renewed for 40k,\n"
        ",,8,,Signed,Ana\n",
    )
    assert notes == [
        ("Ran the QBR\noutcome: Renewed for 40k", "2026-03-02"),
        ("outcome: Signed\nOwner: Ana", None),
    ]
    assert left == []
    assert read("s.csv", "subject,text\nRenewal,They signed\n")[0] == [
        ("They signed\nsubject: Renewal", None)
    ]


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4))
def test_no_text_of_any_column_is_lost(rows):
    import csv
    import io

    file = io.StringIO()
    csv.writer(file).writerows([["outcome", "text", "next step"], *rows])
    found = list(of_csv(file.getvalue(), "n.csv", TODAY))
    assert len(found) == len(rows)
    for row, one in zip(rows, found, strict=True):
        if any(cell.strip() for cell in row):
            assert isinstance(one, Note)
            assert all(cell.strip() in one.text for cell in row)


def test_a_year_of_two_digits_in_a_cell_is_read_or_refused(read):
    notes, left = read("n.csv", "text,date\nA,2 Mar 25\nB,2 Mar 45\nC,2 March 2026 10:22\n")
    assert notes == [("A", "2025-03-02"), ("C", "2026-03-02")]
    assert [why[:26] for _, why in left] == ["“2 Mar 45” is no day: writ"]


BROKEN = "1 Jan 2026 00:00:00 +99999999999999"


def test_a_broken_header_does_not_stop_the_folder(tmp_path, read):
    (tmp_path / "in").mkdir()
    text = f"From: Ana\nDate: {BROKEN}\nSubject: Acme\n\nThey signed.\n"
    for name in ("a.txt", "b.eml"):
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    (tmp_path / "in" / "c.txt").write_text("They paid.\n", encoding="utf-8")
    notes, left = read("in")
    assert [text for text, _ in notes] == ["Acme\nThey signed.", "Acme\nThey signed.", "They paid."]
    assert left == []


@pytest.mark.parametrize("date", ["Thu, 1 Jan 1970 00:00:00 +0000", "Mon, 2 Mar 0202 10:00:00"])
def test_a_mail_of_a_clock_that_was_never_set_has_no_day(read, date):
    text = f"From: Ana\nDate: {date}\nSubject: Acme\n\nThey signed.\n"
    assert read("m.eml", text)[0] == [("Acme\nThey signed.", None)]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_header_of_a_text_is_a_note_or_left(header):
    from csmkit.words.notes_mail import of_text

    for name in ("Date", "Sent", "Subject"):
        (one,) = of_text(f"From: {header}\n{name}: {header}\n\nThey signed.", "m.txt", TODAY)
        assert isinstance(one, Note | Left)


@pytest.mark.parametrize(
    ("above", "below", "day"),
    [
        ("# Journal 2025", "## Week 12", "2025-03-17"),
        ("# Journal 2025", "## 3 March", "2025-03-03"),
        ("# Journal 2024", "## 29 February", "2024-02-29"),
        ("# Journal 2025", "## Week 12 2024", "2024-03-18"),
        ("# 2025", "# 3 March", "2025-03-03"),
        ("## March 2025", "### 3 March", "2025-03-03"),
        ("# 2025\n## Week 1", "### 30 December", "2024-12-30"),
        # Which of two years it is, nobody said.
        ("# Journal 2024/25", "## 3 March", "2026-03-03"),
        ("# Journal 2025\n# Notes", "## 3 March", "2026-03-03"),
    ],
)
def test_the_year_of_a_heading_above_counts(read, above, below, day):
    assert read("j.md", f"{above}\n{below}\n- saved it\n")[0][0][1] == day


def test_a_day_in_a_bullet_has_the_year_above_too(read):
    text = "# 2025\n## 3 March\n- a\n# 2024\n## Acme\n- 4 April: b\n- c\n"
    assert [day for _, day in read("j.md", text)[0]] == ["2025-03-03", "2024-04-04", None]


def test_an_open_task_below_a_bullet_is_left(read):
    notes, left = read(
        "j.md",
        "## 2 March 2026\n- met Acme\n  - [ ] call them\n    by Friday\n  - all came\n  - [x] sent notes\n",
    )
    assert notes == [("met Acme\nall came\nsent notes", "2026-03-02")]
    assert left == [("j.md line 3", "it is an open task")]
