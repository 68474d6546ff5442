"""Where the header stands, and what stands above and below the data."""

import openpyxl
import pytest

from csmkit.errors import MapError, UnreadableInput
from csmkit.load.assemble import load
from csmkit.load.maps.reader import parse_map
from csmkit.load.sources.files import open_export
from csmkit.load.sources.layout import Layout, find_top
from csmkit.load.sources.relation import unique_names

REPORT = """\
Accounts by owner,,
Refreshed on 2024-06-30,,

Account,Owner,ARR
Acme,Ana Lee,100
Bolt,Ana Lee,50

Grand Totals (2 records),,150
,,
Confidential Information - Do Not Distribute,,
"""


def sheet(write, text, layout=None):
    export = open_export(write({"a.csv": text}))
    return export.laid_out({"a.csv": layout} if layout else {}).sheets["a.csv"]


def top(*rows, header=None, names=()):
    return find_top(rows, Layout(header=header, names=names), "a.csv")


def test_titles_above_and_totals_below_are_left_out_and_told(write):
    one = sheet(write, REPORT)
    assert one.frame.to_dict("list") == {
        "Account": ["Acme", "Bolt"],
        "Owner": ["Ana Lee", "Ana Lee"],
        "ARR": ["100", "50"],
    }
    assert one.frame.index.tolist() == [5, 6]
    told = one.notes[["kind", "row", "value"]].to_numpy().tolist()
    assert told == [
        ["header_found", 4, "Accounts by owner"],
        ["totals_row", 8, "Grand Totals (2 records)"],
        ["note_row", 10, "Confidential Information - Do Not Distribute"],
    ]


def test_notes_with_fewer_cells_than_the_header_are_ragged_rows_that_are_notes(write):
    one = sheet(write, "id,name,n\n1,Ana,2\n2,Bo,3\n\nReport Name: accounts\n")
    assert one.frame["id"].tolist() == ["1", "2"]
    assert one.notes["kind"].tolist() == ["note_row"]
    assert one.rows == 2


def test_a_plain_sheet_needs_no_finding(write):
    assert sheet(write, "id,name\n1,Total Wine\n2,Bo\n").notes.empty


def test_an_account_whose_name_begins_with_total_is_an_account(write):
    one = sheet(write, "id,name,arr\n1,Ana,2\n2,Total Energies,3\n")
    assert one.frame["name"].tolist() == ["Ana", "Total Energies"]


def test_the_first_row_as_wide_as_the_data_is_the_header():
    found = top(
        ["A long text that explains the report", "", "", ""],
        ["Region:", "EMEA", "", ""],
        ["id", "name", "arr", "owner"],
        ["1", "Acme", "5", "Ana"],
    )
    assert (found.names, found.body) == (("id", "name", "arr", "owner"), 3)


def test_a_second_header_of_one_name_takes_the_label_above_it():
    found = top(
        ["Account", "", "2024", "", "2025", ""],
        ["Id", "Name", "ARR", "Health", "ARR", "Health"],
        ["1", "Acme", "5", "red", "6", "green"],
        ["2", "Bolt", "5", "red", "6", "green"],
    )
    assert found.names == (
        "Account Id",
        "Account Name",
        "2024 ARR",
        "2024 Health",
        "2025 ARR",
        "2025 Health",
    )
    assert found.notes["message"][0].startswith("The header was taken from row 1 and 2")


def test_a_first_row_that_looks_like_data_is_told():
    found = top(["A1", "2024-01-31", "120.50"], ["A2", "2024-02-28", "80"])
    assert found.notes["kind"].tolist() == ["header_looks_like_data"]


def test_the_map_says_the_header(write):
    assert sheet(write, REPORT, Layout(header=(4,))).headers == ("Account", "Owner", "ARR")


def test_a_file_without_header_takes_its_names_from_the_map(write):
    one = sheet(write, "1,Ana\n2,Bo\n", Layout(header=(), names=("id", "who")))
    assert one.frame.to_dict("list") == {"id": ["1", "2"], "who": ["Ana", "Bo"]}
    assert one.frame.index.tolist() == [1, 2]


def test_the_last_row_that_the_map_says_is_the_last(write):
    one = sheet(write, "id,name\n1,Ana\n2,Bo\nSum,2\n", Layout(last_row=3))
    assert one.frame["id"].tolist() == ["1", "2"]


def test_blanks_are_filled_down_where_the_map_says_so(write):
    one = sheet(write, "csm,id\nAna,1\n,2\nBo,3\n", Layout(fill_down=("csm",)))
    assert one.frame["csm"].tolist() == ["Ana", "Ana", "Bo"]
    assert one.notes["message"].tolist() == [
        "1 blank cells of csm took the value above them, as the map says."
    ]


def test_a_header_row_that_is_not_there(write):
    with pytest.raises(UnreadableInput, match="no header in row 9"):
        sheet(write, "id\n1\n", Layout(header=(9,))).frame  # noqa: B018


def test_no_name_comes_twice():
    assert unique_names(["a", "a", "a (2)", "", " "]) == [
        "a",
        "a (2)",
        "a (2) (2)",
        "column 4",
        "column 5",
    ]


def test_merged_cells_take_the_areas_value_downwards(write):
    book = openpyxl.Workbook()
    for row in (
        ["CSM", "Account", "ARR"],
        ["Ana", "Acme", 1],
        [None, "Bolt", 2],
        ["Bo", "Cyan", 3],
    ):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    folder = write({})
    book.save(folder / "b.xlsx")
    one = open_export(folder).sheets["b.xlsx#Sheet"]
    assert one.frame["CSM"].tolist() == ["Ana", "Ana", "Bo"]
    assert one.notes["kind"].tolist() == ["merged_cells_filled"]


SOURCE = '[[source]]\ntable = "people"\nfile = "a.csv"\n[source.columns]\nname = "name"\n'


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ('name = "a.csv"\nheader = -1', "header is -1; write the header's row such as 5"),
        ('name = "a.csv"\nheader = [5, 4]', "header is [5, 4]"),
        ('name = "a.csv"\nheader = true', "header is True"),
        ('name = "a.csv"\nheader = 0', "header = 0 and names = [...] belong together"),
        ('name = "a.csv"\nnames = ["x"]', "header = 0 and names = [...] belong together"),
        ('name = "a.csv"\nheader = 0\nnames = ["x", "x"]', "names holds a name twice"),
        ('name = "a.csv"\nencoding = "latin-99"', "encoding is 'latin-99'"),
        ('name = "a.csv"\ndelimiter = "\\""', "delimiter cannot be a quote"),
        ('name = "a.csv"\nlast_row = 0', "last_row is 0"),
        ('name = "a.csv"\nfill_down = "csm"', "fill_down is 'csm'; write a list"),
        ("header = 1", "name is missing"),
        ('name = "a.csv"\nheadr = 1', "'headr' is not known here. Did you mean 'header'?"),
    ],
)
def test_a_wrong_file_section_is_named(section, message):
    with pytest.raises(MapError) as caught:
        parse_map(f"[[file]]\n{section}\n{SOURCE}")
    assert message in str(caught.value)


def test_several_files_and_sheets_fill_one_table(write):
    book = openpyxl.Workbook()
    for tab, name in (("2024", "Acme"), ("2025", "Bolt")):
        page = book.create_sheet(tab)
        page.append(["id", "name", "who"])
        page.append([name[0], name, "Ana Lee"])
    del book["Sheet"]
    folder = write(
        {"calls_1.csv": "acc,on\nA,2024-01-01\n", "calls_2.csv": "acc,on\nB,2024-02-01\n"}
    )
    book.save(folder / "b.xlsx")
    given = parse_map(
        '[[source]]\ntable = "accounts"\nfile = "b.xlsx"\nsheet = "*"\n[source.columns]\n'
        'account_id = "id"\nname = "name"\nowner = "who"\n'
        '[[source]]\ntable = "touchpoints"\nfile = "calls_*.csv"\n[source.columns]\n'
        'account_id = "acc"\ndate = "on"\ntype = { const = "call" }\n'
    )
    result = load(open_export(folder), given, None)
    assert result.tables["accounts"]["name"].tolist() == ["Acme", "Bolt"]
    assert result.tables["touchpoints"]["account_id"].tolist() == ["A", "B"]
    assert [f.name for f in result.provenance.files] == [
        "b.xlsx#2024",
        "b.xlsx#2025",
        "calls_1.csv",
        "calls_2.csv",
    ]


def test_a_pattern_that_fits_nothing_is_a_fault_of_the_map(write):
    given = parse_map(SOURCE.replace("a.csv", "x_*.csv"))
    with pytest.raises(MapError, match=r"the export has no 'x_\*\.csv'"):
        load(open_export(write({"a.csv": "name\nAna\n"})), given, None)


@pytest.mark.parametrize("columns", [["Name"], ["Name", "Mail"], ["Mail"]])
def test_notes_are_notes_whatever_the_map_reads(write, columns):
    text = "Name,Mail,Role\nAna,a@x.io,csm\nBo,b@x.io,csm\n\nConfidential Information,,\n"
    one = sheet(write, text)
    assert one.columns(columns).index.tolist() == [2, 3]
    assert one.notes["kind"].tolist() == ["note_row"]


def test_a_record_that_is_blank_in_the_columns_of_the_map_is_a_record(write):
    one = sheet(write, "id,name,note\n1,Ana,\n,,only a note\n,,\n2,Bo,\n")
    assert one.columns(["id", "name"]).index.tolist() == [2, 3, 5]


def test_filling_down_does_not_make_records_of_notes_and_blank_rows(write):
    text = "csm,id,arr\nAna,1,5\n,2,6\n,,\nGenerated by Ana on 2026,,\n"
    one = sheet(write, text, Layout(fill_down=("csm", "id")))
    assert one.frame.to_dict("list") == {
        "csm": ["Ana", "Ana"],
        "id": ["1", "2"],
        "arr": ["5", "6"],
    }


def test_a_header_in_the_middle_is_no_record(write):
    one = sheet(write, "id,name\n1,Ana\nid,name\n2,Bo\n")
    assert one.frame["id"].tolist() == ["1", "2"]
    assert one.notes[["kind", "row"]].to_numpy().tolist() == [["note_row", 3]]


def test_a_company_called_total_is_a_company(write):
    one = sheet(write, "name,id,arr,owner\nAcme,1,5,Ana\nTotal,2,6,Ana\n")
    assert one.frame["name"].tolist() == ["Acme", "Total"]


def test_many_ragged_rows_are_counted_whole(write):
    one = sheet(write, "id,name\n1,Ana\n" + "x\n" * 10_005 + "2,Bo\n")
    assert one.rows == 10_007
    assert len(one.frame) == 2


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ('name = "b.csv"\nheader = 1', "[[file]] 'b.csv': the export has no such file"),
        ('name = "a.csv"\nfill_down = ["csn"]', "has no column 'csn'"),
    ],
)
def test_a_file_section_that_fits_nothing_is_a_fault(write, section, message):
    given = parse_map(f"[[file]]\n{section}\n{SOURCE}")
    with pytest.raises(MapError) as caught:
        load(open_export(write({"a.csv": "name,csm\nAna,Bo\n"})), given, None)
    assert message in str(caught.value)


GROUPED = (
    "CSM,Customer,Start,ARR\nAna,Acme,2025-01-01,5\n,Bolt,2025-02-01,6\n{ana},,,11\n"
    "Bo,Cobalt,2025-03-01,7\n,Delta,2025-04-01,8\n{bo},,,15\n"
)


@pytest.mark.parametrize(
    ("ana", "bo"),
    [
        ("Subtotal Ana", "Subtotal Bo"),
        ("Subtotal", "Subtotal"),
        ("Ana Total", "Bo Total"),
        ("Zwischensumme", "Zwischensumme"),
        ("Summe Ana", "Summe Bo"),
        ("Sous-total", "Sous-total"),
        (",Subtotal", ",Subtotal"),
    ],
)
def test_subtotals_among_the_records_are_no_records(write, ana, bo):
    one = sheet(write, GROUPED.format(ana=ana, bo=bo).replace(",Subtotal,,,", ",Subtotal,,"))
    assert one.frame["Customer"].tolist() == ["Acme", "Bolt", "Cobalt", "Delta"]
    assert one.notes["kind"].tolist() == ["totals_row", "totals_row"]
    assert one.head(10)["Customer"].tolist() == one.frame["Customer"].tolist()


def test_subtotals_are_left_out_before_blanks_are_filled(write):
    text = GROUPED.format(ana="Subtotal Ana", bo="Subtotal Bo")
    one = sheet(write, text, Layout(fill_down=("CSM",)))
    assert one.frame["CSM"].tolist() == ["Ana", "Ana", "Bo", "Bo"]
    assert one.columns(["ARR"]).index.tolist() == [2, 3, 5, 6]


@pytest.mark.parametrize("name", ["Total Wine", "Total", "Summe Consulting"])
def test_a_customer_called_like_a_total_is_a_record(write, name):
    one = sheet(write, f"Customer,CSM,ARR\n{name},Ana,5\nBolt,,6\nTotal Wine,,\nAcme,Bo,7\n")
    assert one.frame["Customer"].tolist() == [name, "Bolt", "Total Wine", "Acme"]
