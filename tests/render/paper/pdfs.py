"""What tests read out of a PDF."""

import re

import pypdfium2


def text_of(data: bytes) -> str:
    """All its text, page after page, with each break or blank as one blank."""
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_range() for page in document]
    return re.sub(r"\s+", " ", " ".join(pages))


def pages_of(data: bytes) -> int:
    return len(pypdfium2.PdfDocument(data))


def is_tagged(data: bytes) -> bool:
    return pypdfium2.PdfDocument(data).is_tagged()


def outside(data: bytes, margin: float = 20) -> list[str]:
    """Letters that are nearer to a page's edge than a margin, in points, or beyond it."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(data), start=1):
        width, height = page.get_size()
        text = page.get_textpage()
        for at in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(at)
            if left < margin or right > width - margin or bottom < margin or top > height - margin:
                found.append(f"page {number}: {text.get_text_range(at, 1)!r}")
    return found
