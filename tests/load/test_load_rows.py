"""Every row is kept, or set aside with a reason."""

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmkit.load.assemble import load
from csmkit.load.findings import ASIDE
from csmkit.load.maps.reader import parse_map
from csmkit.load.sources.files import open_export

HEAD = 'table = "{}"\nfile = "{}"\n{}\n[source.columns]\n'
ACCOUNTS = '[[source]]\ntable = "accounts"\nfile = "acc.csv"\n[source.columns]\naccount_id = "id"\nname = "id"\nowner = "who"\n'
ACC = "id,who\nA1,Ana\nA2,Ben\n"


def loaded(write, text, top="", **files):
    folder = write({"acc.csv": ACC, **{f"{k}.csv": v for k, v in files.items()}})
    return load(open_export(folder), parse_map(top + ACCOUNTS + text), None)


def kinds(result, table):
    found = result.findings[result.findings["table"] == table]
    return list(zip(found["kind"], found["row"].fillna(0), found["column"], strict=True))


def source(table, columns, extra="", file="f.csv"):
    return "[[source]]\n" + HEAD.format(table, file, extra) + columns + "\n"


CONTRACTS = 'account_id = "acc"\nstart = "start"\nend = "end"\narr = "arr"'


def test_required_blank_or_unreadable_sets_aside_and_optional_stays(write):
    result = loaded(
        write,
        source("contracts", CONTRACTS),
        f="acc,start,end,arr\nA1,2024-01-01,soon,10\n,2024-01-01,,10\nA1,2024-01-01,,ten\nA9,2024-01-01,,5\n",
    )
    assert result.tables["contracts"]["arr"].tolist() == [10]
    assert result.tables["contracts"]["end"].isna().all()
    assert kinds(result, "contracts") == [
        ("unreadable_value", 2, "end"),
        ("unreadable_value", 4, "arr"),
        ("missing_required", 3, "account_id"),
        ("unknown_account", 5, "account_id"),
    ]


def test_where_sets_aside_with_its_reason(write):
    result = loaded(
        write,
        source("contracts", CONTRACTS, 'where = { trial = ["FALSE", ""] }'),
        f="acc,start,end,arr,trial\nA1,2024-01-01,,1,false\nA1,2024-01-01,,2,TRUE\nA1,2024-01-01,,3,\n",
    )
    assert result.tables["contracts"]["arr"].tolist() == [1, 3]
    assert kinds(result, "contracts")[0] == ("filtered_by_map", 0, "trial")
    told = result.findings.set_index("kind").loc["filtered_by_map"]
    assert told["message"].endswith("; 1 rows are set aside.")
    assert told["value"] == "TRUE"
    one = result.provenance.files[1]
    assert (one.name, one.rows, one.kept, one.set_aside) == ("f.csv", 3, 2, 1)


def test_key_tells_copies_from_repeated_ids(write):
    result = loaded(
        write,
        source("contracts", CONTRACTS, 'key = "nr"'),
        f="nr,acc,start,end,arr\n1,A1,2024-01-01,,1\n1,A1,2024-01-01,,1\n1,A1,2024-01-01,,2\n",
    )
    assert result.tables["contracts"]["arr"].tolist() == [1, 2]
    assert kinds(result, "contracts")[:2] == [
        ("duplicate_row", 3, "nr"),
        ("duplicate_key", 4, "nr"),
    ]


def test_a_look_up_fills_blanks_and_never_guesses(write):
    result = loaded(
        write,
        source(
            "touchpoints",
            'account_id = { column = "acc", fallback = { column = "who", in = "rel.csv", match = "c", take = "a" } }\n'
            'date = "d"\ntype = { const = "call" }',
        ),
        f="acc,who,d\nA1,X,2024-01-01\n,X,2024-01-02\n,Y,2024-01-03\n,Z,2024-01-04\n",
        rel="c,a\nX,A2\nX,A2\nY,A1\nY,A2\n",
    )
    assert result.tables["touchpoints"]["account_id"].tolist() == ["A1", "A2"]
    assert [k for k in kinds(result, "touchpoints") if k[0].startswith("lookup")] == [
        ("lookup_ambiguous", 4, "account_id"),
        ("lookup_missed", 5, "account_id"),
    ]


def test_rows_gathered_per_month(write):
    result = loaded(
        write,
        source(
            "usage",
            'account_id = "acc"\ndate = "d"\nfeatures_used = { column = "f", count = "distinct" }\n'
            'active = { column = "n", gather = "max" }\nlicensed = { column = "n", count = "rows" }',
            'per = "month"',
        ),
        f="acc,d,f,n\nA1,2024-01-05,x,3\nA1,2024-01-31,x,5\nA1,2024-01-09,y,\nA1,2024-02-01,x,1\n",
    )
    usage = result.tables["usage"]
    assert usage["date"].astype(str).tolist() == ["2024-01-01", "2024-02-01"]
    assert usage[["features_used", "active", "licensed"]].to_numpy().tolist() == [
        [2, 5, 2],
        [1, 1, 1],
    ]
    assert result.provenance.files[1].kept == 4


def test_health_keeps_the_value_as_in_the_export(write):
    result = loaded(
        write,
        source(
            "health",
            'account_id = "acc"\ndate = "d"\nscore = { column = "h", scale = [0, 10], high_is = "bad" }',
        ),
        f="acc,d,h\nA1,2024-01-05,2\nA1,2024-01-06,\n",
    )
    assert result.tables["health"][["score", "raw"]].to_numpy().tolist() == [[80.0, "2"]]
    assert kinds(result, "health") == [("missing_required", 3, "score")]


def test_two_sources_fill_one_table(write):
    csat = 'account_id = "acc"\ndate = "d"\nkind = { const = "csat" }\nscore = "s"'
    result = loaded(
        write,
        source("surveys", csat) + source("surveys", csat.replace("csat", "nps"), file="g.csv"),
        f="acc,d,s\nA1,2024-01-05,4\n",
        g="acc,d,s\nA2,2024-01-05,9\n",
    )
    assert result.tables["surveys"][["kind", "score"]].to_numpy().tolist() == [
        ["csat", 4],
        ["nps", 9],
    ]


def test_ambiguous_dates_of_a_required_column_are_an_error(write):
    result = loaded(
        write, source("contracts", CONTRACTS), f="acc,start,end,arr\nA1,01/02/2024,,10\n"
    )
    errors = result.findings[result.findings["severity"] == "error"]
    assert errors["kind"].tolist() == ["ambiguous_date", "nothing_kept"]
    assert errors["value"].tolist()[0] == "01/02/2024"
    assert "start may be day first or month first" in errors["message"].tolist()[0]


@pytest.mark.parametrize("bad", ["2024-02-30", "45/45/2024", "0/0/2024"])
def test_an_impossible_date_sets_aside_its_own_row_alone(write, bad):
    result = loaded(
        write,
        source("contracts", CONTRACTS),
        f=f"acc,start,end,arr\nA1,{bad},,10\nA2,2024-02-28,,20\n",
    )
    assert result.tables["contracts"]["arr"].tolist() == [20]
    assert kinds(result, "contracts") == [("unreadable_value", 2, "start")]
    assert "error" not in set(result.findings["severity"])


def test_a_proven_order_is_used_and_told(write):
    result = loaded(
        write, source("contracts", CONTRACTS), f="acc,start,end,arr\nA1,13/02/2024,,10\n"
    )
    assert f"{result.tables['contracts']['start'][0]:%Y-%m-%d}" == "2024-02-13"
    assert ("date_order_assumed", 0, "start") in kinds(result, "contracts")


def test_mixed_currencies_are_an_error(write):
    result = loaded(
        write,
        source("contracts", CONTRACTS),
        f="acc,start,end,arr\nA1,2024-01-01,,$5\nA1,2024-01-01,,€5\n",
    )
    assert ("mixed_currencies", 3, "arr") in kinds(result, "contracts")


def test_contract_totals_are_spread_over_whole_months(write):
    result = loaded(
        write,
        source(
            "contracts", CONTRACTS.replace('arr = "arr"', 'arr = { column = "arr", is = "tcv" }')
        ),
        f="acc,start,end,arr\nA1,2024-01-01,2024-12-31,1200\nA1,2024-01-01,2025-12-31,2400\n"
        "A1,2024-01-01,2024-01-10,10\nA2,2024-01-01,,1200\nA2,2024-03-01,2024-01-01,5\n",
    )
    # 12 months; 24 months; less than a month counts as one: 10 x 12.
    assert result.tables["contracts"]["arr"].tolist() == [1200, 1200, 120]
    assert [k for k in kinds(result, "contracts") if k[0] == "tcv_without_term"] == [
        ("tcv_without_term", 5, "arr"),
        ("tcv_without_term", 6, "arr"),
    ]
    assert result.provenance.files[1].set_aside == 2


def test_totals_need_start_and_end(write):
    result = loaded(
        write,
        source(
            "arr_snapshots",
            'account_id = "acc"\ndate = "start"\narr = { column = "arr", is = "tcv" }',
        ),
        f="acc,start,arr\nA1,2024-01-01,1200\n",
    )
    assert result.tables["arr_snapshots"].empty
    assert ("tcv_without_term", 0, "arr") in kinds(result, "arr_snapshots")


def test_each_rows_currency_and_the_cells_own(write):
    given = source(
        "contracts",
        CONTRACTS.replace('arr = "arr"', 'arr = { column = "arr", currency = { column = "cur" } }'),
    )
    result = loaded(
        write,
        given + "[rates]\nEUR = 1.5\n",
        top='currency = "USD"\n',
        f="acc,start,end,arr,cur\nA1,2024-01-01,,100,USD\nA1,2024-02-01,,100,EUR\n",
    )
    assert result.tables["contracts"]["arr"].tolist() == [100, 150]
    assert "converted_currency" in set(result.findings["kind"])


@pytest.mark.parametrize(
    ("codes", "top", "kinds_found"),
    [
        (("USD", "EUR"), "", ["currency_not_mapped"]),
        (("EUR", "EUR"), 'currency = "USD"\n', ["currency_not_mapped"]),
        (("USD", "USD"), 'currency = "USD"\n', []),
        (("USD", "USD"), "", []),
    ],
)
def test_a_currency_column_that_the_map_does_not_use(write, codes, top, kinds_found):
    result = loaded(
        write,
        source("contracts", CONTRACTS),
        top=top,
        f="acc,start,end,arr,CurrencyIsoCode\n"
        + "".join(f"A1,2024-01-01,,100,{code}\n" for code in codes),
    )
    assert [k for k in result.findings["kind"] if k == "currency_not_mapped"] == kinds_found


def test_a_currency_that_only_the_number_format_shows(write):
    book = openpyxl.Workbook()
    book.active.title = "S"
    for row in (["acc", "start", "arr"], ["A1", "2024-01-01", 100], ["A2", "2024-01-01", 100]):
        book.active.append(row)
    book.active["C2"].number_format = "[$EUR] #,##0.00"
    book.active["C3"].number_format = "[$CHF] #,##0.00"
    folder = write({})
    book.save(folder / "b.xlsx")
    text = source("contracts", 'account_id = "acc"\nstart = "start"\narr = "arr"')
    result = loaded(write, text.replace("f.csv", "b.xlsx"))
    assert "mixed_currencies" in set(result.findings["kind"])
    priced = text.replace("f.csv", "b.xlsx") + "[rates]\nEUR = 0.5\n"
    assert loaded(write, priced, 'currency = "CHF"\n').tables["contracts"]["arr"].tolist() == [
        50,
        100,
    ]


cells = st.sampled_from(["A1", "A2", "A9", "", " "])
days = st.sampled_from(["2024-01-01", "31-01-2024", "", "soon", "2024-02-30"])
money = st.sampled_from(["1", "$2", "", "ten", "(3)"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(cells, days, days, money, st.sampled_from(["TRUE", "FALSE", ""])), max_size=8
    )
)
def test_rows_in_are_rows_kept_and_rows_set_aside(write, rows):
    body = "\n".join(",".join((str(i % 3), *row)) for i, row in enumerate(rows))
    result = loaded(
        write,
        source("contracts", CONTRACTS, 'where = { t = "FALSE" }\nkey = "nr"'),
        f="nr,acc,start,end,arr,t\n" + body + "\n",
    )
    one = result.provenance.files[1]
    found = result.findings[result.findings["file"] == "f.csv"]
    aside = found.loc[found["message"].str.endswith(ASIDE), "row"].dropna().nunique()
    assert one.rows == len(rows) == one.kept + one.set_aside
    assert one.kept == len(result.tables["contracts"])
    chosen_out = sum(row[-1] != "FALSE" for row in rows)
    assert one.set_aside == aside + chosen_out
    assert pd.api.types.is_float_dtype(result.tables["contracts"]["arr"])
