"""A map is read whole, or all its faults are named at once."""

import pytest

from csmkit.errors import MapError, UnreadableInput
from csmkit.load.maps.fit import check_fit
from csmkit.load.maps.reader import parse_map, read_map
from csmkit.load.sources.files import open_export

GOOD = """
currency = "USD"
date_order = "dmy"
[[source]]
table = "contracts"
file = "subs.csv"
where = { trial = "FALSE" }
key = "id"
[source.columns]
account_id = { column = "acc", fallback = { column = "who", in = "rel.csv", match = "c", take = "a" } }
start = "from"
end = { column = "to", inclusive = false, date_order = "mdy" }
arr = { column = "mrr", times = 12 }
"""


def source(columns, table="people", extra=""):
    return f'[[source]]\ntable = "{table}"\nfile = "f.csv"\n{extra}\n[source.columns]\n{columns}\n'


def fault_of(text):
    with pytest.raises(MapError) as caught:
        parse_map(text)
    return str(caught.value)


def test_a_good_map():
    given = parse_map(GOOD, "m.toml")
    one = given.sources[0]
    assert (given.name, given.currency, one.table, one.key) == ("m.toml", "USD", "contracts", "id")
    assert one.where == {"trial": ("FALSE",)}
    assert one.columns["account_id"].fallback.lookup.take == "a"
    assert one.columns["start"].rules.date_order == "dmy"
    assert one.columns["end"].rules.date_order == "mdy"
    assert one.columns["end"].rules.inclusive is False
    assert one.columns["arr"].rules.times == 12


def test_all_faults_are_named_at_once():
    message = fault_of(
        'date_order = "german"\ncurency = "USD"\n'
        + source('name = "n"\nrol = "r"\nrole = { column = "r", values = { OB = "onbording" } }')
        + source('x = "y"', table="acounts")
    )
    assert "5 faults" in message
    assert "date_order is 'german'. Allowed: ymd, dmy, mdy." in message
    assert "'curency' is not known here. Did you mean 'currency'?" in message
    assert "source 1 (people): people has no column 'rol'. Did you mean 'role'?" in message
    assert (
        "'OB' stands for 'onbording', which is not allowed. Did you mean 'onboarding'?" in message
    )
    assert "source 2: there is no table 'acounts'. Did you mean 'accounts'?" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has no \[\[source\]\]"),
        ("source = 3", r"has no \[\[source\]\]"),
        ("source = [3]", r"write it as a \[\[source\]\] section"),
        ("a = ", "not valid TOML"),
        ('currency = "Dollar"\n' + source('name = "n"'), "ISO code"),
        ('[[source]]\ntable = "people"\nfile = "f"', r"\[source.columns\] is missing"),
        ('[[source]]\ntable = ["people"]\nfile = "f"', "there is no table"),
        (source('name = "n"').replace('file = "f.csv"', ""), "file is missing"),
        (source("name = 3"), "write a column's name in quotes"),
        (source('name = { column = "n", const = "m" }'), "either column or const"),
        (source("name = { column = 3 }"), "column is 3; write it in quotes"),
        (source('name = { column = "n", in = "g.csv" }'), "a look-up needs in, match and take"),
        (source('name = { column = "n", where = { a = "b" } }'), "belongs to a look-up"),
        (source('name = { column = "n", times = 12 }'), "'times' is not known here"),
        (source('name = "n"', extra="where = { a = 1 }"), "a text in quotes"),
        (source('name = "n"', extra='per = "month"'), "only usage can have per"),
        (source('name = "n"', extra="key = 3"), "key is 3"),
        (
            source('score = { column = "s", scale = [10, 0] }', "health"),
            r"write \[lowest, highest\]",
        ),
        (source('score = { column = "s", high_is = "up" }', "health"), "Allowed: good, bad"),
        (source('arr = { column = "s", times = -1 }', "contracts"), "a number above 0"),
        (source('end = { column = "s", inclusive = "no" }', "contracts"), "write true or false"),
        (source('active = "s"', "usage", 'per = "month"'), "say how rows are gathered"),
    ],
)
def test_a_fault_says_what_is_allowed(text, message):
    with pytest.raises(MapError, match=message):
        parse_map(text)


def test_missing_map(tmp_path):
    with pytest.raises(UnreadableInput, match="There is no map"):
        read_map(tmp_path / "map.toml")


def test_a_map_that_does_not_fit_names_every_file_and_column(write):
    export = open_export(write({"team.csv": "csm,mail\nAna,a@x.io\n"}))
    given = parse_map(
        '[[source]]\ntable = "people"\nfile = "team.csv"\nkey = "nr"\n[source.columns]\n'
        'name = "csmm"\nemail = { column = "mail", in = "rel.csv", match = "a", take = "b" }\n'
        '[[source]]\ntable = "accounts"\nfile = "teams.csv"\n[source.columns]\nname = "n"\n'
    )
    with pytest.raises(MapError) as caught:
        check_fit(given, export)
    message = str(caught.value)
    assert "4 faults" in message
    assert "team.csv has no column 'csmm'. Did you mean 'csm'? It has: csm, mail." in message
    assert "team.csv has no column 'nr'." in message
    assert "the export has no 'rel.csv'." in message
    assert "the export has no 'teams.csv'. Did you mean 'team.csv'?" in message
