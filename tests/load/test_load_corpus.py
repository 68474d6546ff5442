"""Nasty files and maps: each gives its rows, or one clear message."""

import time

import pandas as pd
import pytest

from csmkit.errors import CsmkitError, MapError, UnreadableInput
from csmkit.load.assemble import load
from csmkit.load.maps.fit import canonical_map
from csmkit.load.maps.reader import parse_map
from csmkit.load.read import check_export, read_export
from csmkit.load.sources.files import open_export
from tests.load.corpus.delimited import CASES
from tests.load.corpus.maps import MAPS, many_sources
from tests.load.corpus.packed import PACKED
from tests.load.corpus.values import AMOUNTS, DATES, IDS

ACCOUNTS = "id,name\nA1,Acme\nA2,Bolt\n"


def first_sheet(path):
    """The first sheet of a file, and its first ten columns."""
    sheet = next(iter(open_export(path).sheets.values()))
    return sheet, sheet.columns(sheet.headers[:10])


@pytest.mark.parametrize("case", [*CASES, *PACKED], ids=lambda case: case.name)
def test_a_nasty_file(case, tmp_path):
    path = tmp_path / case.name
    path.write_bytes(case.data)
    if case.error:
        with pytest.raises(UnreadableInput) as caught:
            first_sheet(path)
        assert case.error in str(caught.value)
        assert caught.value.remedy
        return
    sheet, some = first_sheet(path)
    assert (len(some), len(sheet.headers)) == case.shape
    assert tuple(sheet.headers[: len(case.headers)]) == case.headers
    for (row, header), value in case.cells.items():
        found = some.loc[row, header]
        assert (found if isinstance(found, str) else None) == value
    assert tuple(sheet.notes["kind"]) == case.kinds


@pytest.mark.parametrize("what", MAPS)
def test_a_map_that_leads_astray(what, tmp_path):
    text, told = MAPS[what]
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (tmp_path / "x.csv").write_text(ACCOUNTS)
    (tmp_path / "map.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CsmkitError) as caught:
        read_export(folder, map=tmp_path / "map.toml", period="2024-01-01:2024-06-30")
    try:
        found = check_export(folder, map=tmp_path / "map.toml")
    except CsmkitError:
        assert told in str(caught.value)
    else:
        assert (
            found["kind"].eq(told).any() or found["message"].str.contains(told, regex=False).any()
        )


def test_ten_thousand_sources_of_one_file(tmp_path):
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    (tmp_path / "map.toml").write_text(many_sources(10_000))
    begun = time.monotonic()
    with pytest.raises(MapError, match="10,000 sources"):
        check_export(tmp_path, map=tmp_path / "map.toml")
    assert time.monotonic() - begun < 60


def loaded(column, kind_text, rules, tmp_path):
    """One cell of a column that may be blank, through a file and a map."""
    table, target = column
    (tmp_path / "accounts.csv").write_text("id,name\nA1,Acme\n", encoding="utf-8")
    quoted = kind_text.replace('"', '""')
    (tmp_path / "x.csv").write_text(
        f'id,due,outcome,x\nA1,2024-01-31,renewed,"{quoted}"\n', encoding="utf-8"
    )
    said = "".join(f', {key} = "{value}"' for key, value in rules.items())
    given = parse_map(
        '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n[source.columns]\n'
        'account_id = "id"\nname = "name"\n[[source]]\n'
        f'table = "{table}"\nfile = "x.csv"\n[source.columns]\naccount_id = "id"\n'
        f'due = "due"\noutcome = "outcome"\n{target} = {{ column = "x"{said} }}\n'
    )
    out = load(open_export(tmp_path), given, None)
    mine = out.findings[out.findings["column"].eq(target) & out.findings["file"].eq("x.csv")]
    return out.tables[table][target].iloc[0], mine


@pytest.mark.parametrize(("text", "rules", "day"), DATES, ids=[ascii(d[0]) for d in DATES])
def test_a_nasty_date(text, rules, day, tmp_path):
    value, found = loaded(("renewals", "risk_seen"), text, rules, tmp_path)
    if day is None:
        assert pd.isna(value)
        assert len(found)
    else:
        assert value == pd.Timestamp(day)


@pytest.mark.parametrize(("text", "rules", "amount"), AMOUNTS, ids=[ascii(a[0]) for a in AMOUNTS])
def test_a_nasty_amount(text, rules, amount, tmp_path):
    value, found = loaded(("renewals", "arr_due"), text, rules, tmp_path)
    if amount is None:
        assert pd.isna(value)
        assert len(found)
    else:
        assert value == amount


@pytest.mark.parametrize(("text", "wanted"), IDS, ids=[ascii(i[0])[:20] for i in IDS])
def test_a_nasty_id(text, wanted, tmp_path):
    quoted = text.replace('"', '""')
    data = f'account_id,name,segment\n"{quoted}",Acme,SMB\n'
    (tmp_path / "accounts.csv").write_text(data, encoding="utf-8")
    export = open_export(tmp_path)
    out = load(export, canonical_map(export), None)
    if wanted is None:
        assert out.tables["accounts"].empty
        assert out.findings["row"].eq(2).any()
    else:
        assert out.tables["accounts"]["account_id"].tolist() == [wanted]
