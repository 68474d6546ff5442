"""Names made into ids and file names that are safe on every system."""

from __future__ import annotations

import hashlib
import re

from anyascii import anyascii

_LONGEST = 60


def slug_name(name: str) -> str:
    """A name in ASCII, lower case, its words joined by hyphens.

    Parameters
    ----------
    name : str
        A name in any script.

    Returns
    -------
    str
        At most 60 characters; empty if nothing of the name can be written in ASCII.

    Examples
    --------
    >>> slug_name("Liam O'Brien")
    'liam-obrien'
    >>> slug_name("Rosa Álvarez")
    'rosa-alvarez'
    """
    plain = re.sub(r"['’`]", "", anyascii(name)).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-")


def packet_slug(name: str, person_id: str) -> str:
    """The name of a person's packet: unique by person, the same in every run.

    Parameters
    ----------
    name : str
        The person's name.
    person_id : str
        The person's id; six hex digits of its SHA-256 tell namesakes apart.

    Examples
    --------
    >>> packet_slug("Ana Lee", "ana@example.com")
    'ana-lee-8e43ca'
    """
    digest = hashlib.sha256(person_id.encode()).hexdigest()[:6]
    return f"{slug_name(name) or 'person'}-{digest}"
