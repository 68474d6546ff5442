"""Who is let in: whoever has the link. In front of every address of the server, sockets too."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.identity import IdentityProvider, User
from tornado.web import HTTPError, RequestHandler

_PAGE = (Path(__file__).parent / "refused.html").read_text(encoding="utf-8")
_REFUSED = "This page opens with its link only. Ask whoever presents for it."
_FAILED = "This cannot be shown. Whoever presents sees why."

HEADERS = {
    # The browser asks no other machine for anything, whatever a notebook's output holds.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'"
    " 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self' data:; connect-src 'self' data: blob:; object-src 'none';"
    " base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

# What `Gate` is mixed into; nothing of it is there when the server runs.
if TYPE_CHECKING:
    _Base = RequestHandler
else:
    _Base = object


class Link(IdentityProvider):
    """Who has the link is a viewer; there are no names, no passwords and no page to log in."""

    def get_handlers(self) -> list[tuple[str, object]]:
        """Nothing to log in to or out of."""
        return []

    def get_user(self, handler: RequestHandler) -> User | None:
        """The viewer, or nobody."""
        return User("viewer") if self.knows(handler) else None

    def knows(self, handler: RequestHandler) -> bool:
        """Whether this browser opened the link before."""
        return handler.get_signed_cookie(str(self.cookie_name)) is not None

    def opens(self, token: str) -> bool:
        """Whether a token is the link's, in a time that says nothing about it."""
        return hmac.compare_digest(token.encode(), str(self.token).encode())

    def remember(self, handler: RequestHandler) -> None:
        """Let this browser in until it is closed, or the server ends."""
        handler.set_signed_cookie(
            str(self.cookie_name), "viewer", expires_days=None, httponly=True, samesite="Lax"
        )
        # A tab that is closed ends its kernel with a second cookie, which this sets.
        handler.current_user = User("viewer")
        handler.xsrf_token  # noqa: B018


class Gate(_Base):
    """Put before a handler of the server, it answers nobody without the link."""

    def set_default_headers(self) -> None:
        """What browsers are told with every answer."""
        super().set_default_headers()
        for name, value in HEADERS.items():
            self.set_header(name, value)

    async def prepare(self) -> None:
        """Let in, or refuse; a link that is right leads on to a page without its token."""
        link: Link = self.settings["identity_provider"]
        token = self.get_query_argument("token", None)
        if token is not None and link.opens(token):
            link.remember(self)
            # So that no projector, history or log shows it.
            self.redirect(self.settings["base_url"])
            return
        if token is not None or not link.knows(self):
            raise HTTPError(403)
        waiting = super().prepare()
        if isinstance(waiting, Awaitable):
            await waiting

    def write_error(self, status_code: int, **_: Any) -> None:
        """A sentence, whatever went wrong: no path, no traceback, nothing of elsewhere."""
        said = _REFUSED if status_code == 403 else _FAILED
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(_PAGE.replace("{said}", escape(said)))


@cache
def guarded(handler: type[RequestHandler]) -> type[RequestHandler]:
    """The handler, behind the gate."""
    return type(f"Guarded{handler.__name__}", (Gate, handler), {})
