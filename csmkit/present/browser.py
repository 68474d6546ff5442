"""The link in a browser of this machine, without its token in the list of programs."""

from __future__ import annotations

import threading
import webbrowser
from html import escape
from pathlib import Path

_PAGE = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={link}">'


def open_link(link: str, folder: Path) -> None:
    """Open a link, by way of a page that leads to it.

    Whatever a program is started with can be read by everybody on a machine.

    Parameters
    ----------
    link : str
        The link, with its token.
    folder : Path
        Where the page is put; nobody but its owner may look into it.
    """
    page = folder / "open.html"
    page.write_text(_PAGE.format(link=escape(link)), encoding="utf-8")
    # Some browsers come back only once they are closed.
    threading.Thread(target=webbrowser.open, args=[page.as_uri()], daemon=True).start()
