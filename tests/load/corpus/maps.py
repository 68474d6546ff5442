"""Maps that lead astray, beside a sound export of accounts."""

from __future__ import annotations

_SOURCE = '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n'
_COLUMNS = '[source.columns]\naccount_id = "id"\nname = "name"\n'

MAPS: dict[str, tuple[str, str]] = {
    "a file outside the export": (
        _SOURCE.replace("accounts.csv", "../x.csv") + _COLUMNS,
        "the export has no '../x.csv'",
    ),
    "an absolute path": (
        _SOURCE.replace("accounts.csv", "/etc/passwd") + _COLUMNS,
        "the export has no '/etc/passwd'",
    ),
    "a path of Windows": (
        _SOURCE.replace("accounts.csv", "C:\\\\x.csv") + _COLUMNS,
        r"the export has no 'C:\\x.csv'",
    ),
    "a map of another export": (
        _SOURCE.replace("accounts.csv", "konten.csv") + _COLUMNS.replace('"name"', '"Kontoname"'),
        "the export has no 'konten.csv'",
    ),
    "columns of another export": (
        _SOURCE + _COLUMNS.replace('"name"', '"nome"'),
        "has no column 'nome'. Did you mean 'name'?",
    ),
    "a look-up outside the export": (
        _SOURCE
        + _COLUMNS
        + 'owner = { column = "id", in = "../people.csv", match = "id", take = "mail" }\n',
        "the export has no '../people.csv'",
    ),
    "a table that is not there": (
        _SOURCE.replace('"accounts"', '"acounts"') + _COLUMNS,
        "there is no table 'acounts'. Did you mean 'accounts'?",
    ),
    "no source": ('currency = "EUR"\n', "It has no [[source]]"),
    "no TOML": ("[[source]\n", "is not valid TOML"),
    "no UTF-8": ("\udcff", "is not valid TOML"),
    "a source that is no section": ('source = "accounts"\n', "It has no [[source]]"),
    "a column that is a number": (
        _SOURCE + _COLUMNS.replace('"name"', "7"),
        "write a column's name in quotes",
    ),
    "a header below the file": (
        '[[file]]\nname = "accounts.csv"\nheader = 900\n' + _SOURCE + _COLUMNS,
        "no header in row 900",
    ),
    "an encoding that is none": (
        '[[file]]\nname = "accounts.csv"\nencoding = "base64"\n' + _SOURCE + _COLUMNS,
        "encoding is 'base64'",
    ),
    "an unending merge": (
        '[merge]\nA1 = "A2"\nA2 = "A1"\n' + _SOURCE + _COLUMNS,
        "merge_unknown",
    ),
}
"""What is wrong; the map; and a part of the message, or the kind of the finding."""


def many_sources(count: int) -> str:
    """A map of very many sources."""
    return (_SOURCE + _COLUMNS) * count
