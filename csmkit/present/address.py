"""Where a link leads: what is listened on, and what the link is called."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from csmkit.errors import UsageError

LOOPBACK = "127.0.0.1"
PORT = 8866
_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens.

    Attributes
    ----------
    host : str
        The name or number it was given.
    port : int
        The port.
    held : socket
        What is listened on, from now on.
    """

    host: str
    port: int
    held: socket.socket

    @property
    def url(self) -> str:
        """The address for a browser; of all of a machine's addresses, the machine's name."""
        host = socket.gethostname() if self.host in _EVERYWHERE else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


def listen(host: str = LOOPBACK, port: int | None = None) -> Address:
    """Take a port before anything else is started.

    Parameters
    ----------
    host : str
        A name or number of this machine.
    port : int, optional
        The port; if not given 8866, or any that is free.

    Returns
    -------
    Address
        With its socket open.

    Raises
    ------
    UsageError
        If another program has the port, or the machine has no such address.
    """
    try:
        taken = _taken(host, PORT if port is None else port)
    except OSError as error:
        if port is None and error.errno == errno.EADDRINUSE:
            taken = _taken(host, 0)
        else:
            raise _refused(error, host, port) from None
    return Address(host, taken.getsockname()[1], taken)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _taken(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, where = found[0]
    held = socket.create_server(where[:2], family=family)
    held.setblocking(False)
    return held


def _refused(error: OSError, host: str, port: int | None) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"Another program has port {port}.", "Name another with --port, or leave it out."
        )
    if error.errno == errno.EACCES:
        return UsageError(f"You may not take port {port}.", "Name one above 1023 with --port.")
    return UsageError(
        f"{host!r} is no address of this machine.",
        f"Leave --host out for {LOOPBACK}, or name one that it has.",
    )
