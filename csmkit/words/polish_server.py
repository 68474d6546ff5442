"""Asks a language model on this machine, or near it, for one text; nothing is sent elsewhere."""

from __future__ import annotations

import http.client
import ipaddress
import json
import math
import re
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from csmkit.errors import UsageError
from csmkit.text import clean
from csmkit.words.text_files import text_file

MOST_BYTES = 1 << 20
"""An answer that is longer is none."""
_MOST_DETAIL = 200
_PORTS = {"http": 80, "https": 443}
_NEAR = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)


class NoAnswer(Exception):
    """Why there is no answer, in words; ``slow`` where the next question may get one."""

    def __init__(self, why: str, *, slow: bool = False, **fill: Any) -> None:
        super().__init__(text_file("polish")["why"][why].format(**fill))
        self.slow = slow


@dataclass(frozen=True)
class Server:
    """A server that was looked up and may be asked.

    Attributes
    ----------
    host : str
        As it was given, with its port.
    where : str
        ``machine``, ``network`` or ``anywhere``.
    """

    host: str
    where: str
    _url: SplitResult
    _addresses: tuple[str, ...]

    def ask(self, question: dict[str, Any], *, key: str, timeout: float) -> str:
        """The text of an answer.

        Parameters
        ----------
        question : dict
            The body of a request to ``/chat/completions``.
        key : str
            Sent as it is; nothing if blank.
        timeout : float
            Seconds for all of it, however slowly it comes.

        Raises
        ------
        NoAnswer
            If there is none that can be used.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        body = json.dumps(question).encode("utf-8")
        connection = _Connection(self._url, self._addresses, timeout)
        ending = threading.Timer(timeout, connection.end)
        try:
            connection.connect()
            ending.start()
            connection.request("POST", f"{self._path}/chat/completions", body, headers)
            with connection.getresponse() as response:
                data, status = response.read(MOST_BYTES + 1), response.status
        except (OSError, http.client.HTTPException) as error:
            if connection.ended or isinstance(error, TimeoutError):
                raise NoAnswer("slow", slow=True, timeout=timeout) from None
            raise NoAnswer("down", detail=_reason(error)) from None
        finally:
            ending.cancel()
            connection.close()
        if connection.ended:
            raise NoAnswer("slow", slow=True, timeout=timeout)
        return _content(status, data)

    @property
    def _path(self) -> str:
        return self._url.path.rstrip("/").removesuffix("/chat/completions")


def server_at(url: str, *, anywhere: bool = False) -> Server:
    """A server by its address, looked up once: what is asked later goes to where this was.

    Parameters
    ----------
    url : str
        Such as ``http://127.0.0.1:8080/v1``.
    anywhere : bool
        Whether it may be outside this machine and a private network.

    Raises
    ------
    UsageError
        If it is no such address, is not found, or is outside and must not be.
    """
    parts = _parts(url)
    host = parts.hostname or ""
    shown = clean(parts.netloc)
    try:
        port = parts.port or _PORTS[parts.scheme]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise refused("unknown_host", host=shown) from None
    addresses = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    where = _where(addresses)
    if where == "anywhere" and not anywhere:
        raise refused("outside", host=shown)
    return Server(shown, where, parts, addresses)


def refused(why: str, /, **fill: Any) -> UsageError:
    """Why nothing is asked, and what to do."""
    said = text_file("polish")["refused"]
    return UsageError(said[why].format(**fill), said[f"{why}_remedy"].format(**fill))


def _parts(url: str) -> SplitResult:
    if not url.strip():
        raise refused("no_url")
    try:
        parts = urlsplit(url.strip())
        fits = parts.scheme in _PORTS and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if (
        not fits
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
        or re.search(r"\s", url.strip())
        or not parts.path.isascii()
    ):
        # A name and password may stand in it.
        raise refused("not_url", url=clean(re.sub(r"//.*@", "//…@", url)))
    return parts


def _where(addresses: tuple[str, ...]) -> str:
    near = [_near(address) for address in addresses]
    if near and all(near):
        return "machine" if all(_unwrapped(one).is_loopback for one in addresses) else "network"
    return "anywhere"


def _near(address: str) -> bool:
    one = _unwrapped(address)
    return any(one in network for network in _NEAR if network.version == one.version)


def _unwrapped(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address, one of IPv4 that is written as IPv6 as what it is."""
    one = ipaddress.ip_address(address.partition("%")[0])
    return getattr(one, "ipv4_mapped", None) or one


class _Connection(http.client.HTTPConnection):
    """Goes to addresses that were looked up before; asks no proxy, follows nothing."""

    def __init__(self, url: SplitResult, addresses: tuple[str, ...], timeout: float) -> None:
        port = url.port or _PORTS[url.scheme]
        super().__init__(url.hostname or "", port, timeout=timeout)
        self._addresses, self._secure, self.ended = addresses, url.scheme == "https", False
        self._line: socket.socket | None = None

    def connect(self) -> None:
        errors: list[OSError] = []
        for address in self._addresses:
            try:
                line = socket.create_connection((address, self.port), self.timeout)
            except OSError as error:
                errors.append(error)
                continue
            if self._secure:
                line = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
            self.sock = self._line = line
            return
        raise errors[0]

    def end(self) -> None:
        """End it from another thread, in the middle of whatever it waits for."""
        self.ended = True
        if self._line is not None:
            try:
                self._line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def _content(status: int, data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise NoAnswer("large")
    if 300 <= status < 400:
        raise NoAnswer("moved")
    if status != http.client.OK:
        raise NoAnswer("status", status=status, detail=_detail(data))
    try:
        content = json.loads(data)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        content = None
    if not isinstance(content, str):
        said = text_file("polish")["why"]
        page = data.lstrip()[:1] == b"<"
        raise NoAnswer("no_json", kind=said["page" if page else "something"])
    return content


def _detail(data: bytes) -> str:
    """What a server says went wrong, in its own words, if it does."""
    try:
        error = json.loads(data)["error"]
        text = error if isinstance(error, str) else error["message"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    line = " ".join(clean(text).split())[:_MOST_DETAIL].rstrip(". ")
    return f": {line}" if line else ""


def _reason(error: Exception) -> str:
    return clean(getattr(error, "strerror", None) or type(error).__name__)


def seconds(timeout: float) -> float:
    """Seconds to wait, checked."""
    if not (math.isfinite(timeout) and timeout > 0):
        raise refused("timeout", timeout=timeout)
    return timeout
