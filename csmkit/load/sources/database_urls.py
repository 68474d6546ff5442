"""Where a database is: a URL without its password in sight, or a file known by its first bytes."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from csmkit.errors import UsageError

_KNOWN = "sqlite|postgres|postgresql|mysql|mariadb|mssql|oracle|duckdb|snowflake|redshift|bigquery"
_SHAPE = re.compile(rf"(?:[a-z][a-z0-9+.\-]+://|(?:{_KNOWN})(?:\+\w+)?:)", re.IGNORECASE)
_SECRET = re.compile(
    r"((?:^|[?&;\s])[^=&;?\s]*(?:pass|pwd|secret|token|key)[^=&;?\s]*=)[^&;\s]*", re.I
)
_FORM = (
    "Write it as postgresql://user@host:5432/database or sqlite:///folder/file.db; signs such as"
    " @ : / ? # in a name or password are written %40 %3A %2F %3F %23."
)


def is_url(text: str) -> bool:
    r"""Whether the text names a database and not a path.

    Examples
    --------
    >>> is_url("postgresql://ana@db.example.com/cs"), is_url("C:/exports"), is_url("C:\\exports")
    (True, False, False)
    """
    return _SHAPE.match(text) is not None


def mask(url: str) -> str:
    """The text with every password in it replaced by ``***``, also where the URL is malformed.

    Examples
    --------
    >>> mask("postgresql://ana:s3cret@db.example.com/cs?sslpassword=x")
    'postgresql://ana:***@db.example.com/cs?sslpassword=***'
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower().startswith("sqlite") or not is_url(url):
        return _SECRET.sub(r"\1***", url)
    slashes = rest[: len(rest) - len(rest.lstrip("/"))]
    rest = rest[len(slashes) :]
    # A password may hold an unescaped ? or @: the query begins where name=value begins.
    begin = re.search(r"\?(?=\w+=[^@]*(?:$|&))", rest)
    body, query = (rest[: begin.start()], rest[begin.start() :]) if begin else (rest, "")
    login, at, place = body.rpartition("@")
    if at:
        user, has_password, _ = login.partition(":")
        body = f"{user}:***@{place}" if has_password else body
    else:
        body = re.sub(r":(?!\d*(?:[/,]|$))(?![^\[]*\]).*", ":***", body, count=1)
    return _SECRET.sub(r"\1***", f"{scheme}:{slashes}{body}{query}")


def read_url(text: str) -> URL:
    """The URL, for SQLite or for PostgreSQL through psycopg 3; a password in its query is moved.

    Raises
    ------
    UsageError
        If it is malformed, or names another kind of database.
    """
    shown = mask(text)
    url = _parsed(text.strip())
    if url is None:
        raise UsageError(f"{shown} is no database URL.", _FORM)
    kind = url.get_backend_name().lower()
    if kind == "duckdb":
        raise UsageError(
            f"{shown}: a DuckDB database is given as a file.",
            "Give the path of the file, for example exports/cs.duckdb.",
        )
    if kind not in ("sqlite", "postgres", "postgresql"):
        raise UsageError(
            f"{shown} is a {kind} database; csmkit reads SQLite and PostgreSQL.",
            "Export its tables as Parquet or CSV, and give the folder.",
        )
    if kind == "sqlite":
        return url
    doubtful = "@" in (url.host or "") + (url.database or "") or not 0 < (url.port or 5432) < 65_536
    if doubtful or not (url.database or url.query):
        raise UsageError(f"{shown} is no complete database URL.", _FORM)
    query = dict(url.query)
    hidden = query.pop("password", url.password)
    password = hidden if isinstance(hidden, str) else url.password
    return url.set(drivername="postgresql+psycopg", password=password, query=query)


def _parsed(text: str) -> URL | None:
    """The URL, or None: what the parser complains of may be a part of the password."""
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        return None


def sqlite_file(path: Path) -> bool:
    """Whether the file is a SQLite database, by its first bytes."""
    return _begins(path, 0, b"SQLite format 3\x00")


def duckdb_file(path: Path) -> bool:
    """Whether the file is a DuckDB database, by its first bytes."""
    return _begins(path, 8, b"DUCK")


def _begins(path: Path, at: int, magic: bytes) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(at + len(magic))[at:] == magic
    except OSError:
        return False
