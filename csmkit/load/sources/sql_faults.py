"""What went wrong with a database, in one plain sentence that holds no password."""

from __future__ import annotations

from collections.abc import Sequence

from csmkit.errors import UnreadableInput

_LOGIN = (
    "Ask your administrator; the password may come from PGPASSWORD or from the file ~/.pgpass"
    " (on Windows %APPDATA%\\postgresql\\pgpass.conf)."
)
_FAULTS: Sequence[tuple[tuple[str, ...], str, str]] = (
    (
        ("no password supplied", "fe_sendauth"),
        "asks for a password, and none was given.",
        "Put it in PGPASSWORD or in the file ~/.pgpass (on Windows"
        " %APPDATA%\\postgresql\\pgpass.conf).",
    ),
    (
        ("28P01", "password authentication failed"),
        "does not accept the user name or password.",
        _LOGIN,
    ),
    (
        ("28000", "no pg_hba.conf entry", "pg_hba.conf rejects"),
        "does not let this user in.",
        _LOGIN,
    ),
    (
        ("3D000",),
        "cannot be opened: the server has no database of that name.",
        "Look at the name at the end of the URL.",
    ),
    (
        (
            "could not translate host name",
            "failed to resolve host",
            "Name or service not known",
            "getaddrinfo failed",
            "nodename nor servname",
            "Temporary failure in name resolution",
        ),
        "cannot be found: no computer of that name is known here.",
        "Look at the host in the URL, and whether you need your company's network or VPN.",
    ),
    (
        (
            "Connection refused",
            "connection timeout",
            "timeout expired",
            "No route to host",
            "Network is unreachable",
            "timed out",
            "10061",
            "the database system is",
        ),
        "does not answer.",
        "Look at host and port in the URL, whether the database runs, and whether you need your"
        " company's network or VPN.",
    ),
    (
        ("invalid connection option", "invalid dsn", "invalid sslmode", "invalid integer value"),
        "cannot be reached: the URL has a setting after the ? that PostgreSQL does not know.",
        "Take it out of the URL.",
    ),
    (
        ("57014", "statement timeout", "interrupted"),
        "takes longer than can be waited for.",
        "Save the view as a table, or export it as Parquet.",
    ),
    (
        ("55P03", "lock timeout", "database is locked", "database table is locked"),
        "is being changed by another program.",
        "Start again when that has finished.",
    ),
    (("42501", "permission denied"), "may not be read by this user.", _LOGIN),
    (
        ("42P01", "42703", "no such table", "no such column", "no such function", "no such module"),
        "cannot be read: it, or something that it is made from, is not there.",
        "Look at the table or view in the database.",
    ),
    (
        ("not a database", "malformed", "disk image"),
        "is no SQLite database, or is encrypted or damaged.",
        "Copy it again, or export its tables as CSV.",
    ),
    (
        ("Could not decode to UTF-8", "codec can't decode", "22021"),
        "holds text that is not UTF-8.",
        "Export that table as CSV instead.",
    ),
    (
        ("57P01", "57P02", "server closed the connection", "connection is lost", "terminating"),
        "ended the connection.",
        "Start again.",
    ),
    (
        ("unable to open", "readonly", "disk I/O error"),
        "cannot be opened.",
        "Close it in other programs, and look at whether you may read it.",
    ),
)


def unreadable(where: str, fault: BaseException) -> UnreadableInput:
    """The fault of a database or driver as one message.

    Parameters
    ----------
    where : str
        The table, or the masked URL.
    fault : BaseException
        What the driver raised; its words are looked at and never repeated, for they may hold
        what was in the URL or in a cell.
    """
    cause = getattr(fault, "orig", None) or fault
    words = f"{getattr(cause, 'sqlstate', None) or ''} {cause}"
    if 'database "' in words and "does not exist" in words:
        words = "3D000"
    for signs, what, remedy in _FAULTS:
        if any(sign in words for sign in signs):
            return UnreadableInput(f"{where} {what}", remedy)
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    code = f" (code {state})" if state else ""
    return UnreadableInput(
        f"{where} cannot be read{code}.",
        "Try it in another program with the same user; or export its tables as CSV or Parquet.",
    )
