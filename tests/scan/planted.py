"""Ways in which somebody else's name can get into a packet, each as a function of the name."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import quopri
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

CARRIER = '{"values": [{"account": "Some account", "text": "%s", "arr": 12.5}]}'


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def raw_deflate(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def jpeg(marker: int, body: bytes) -> bytes:
    pixels = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(range(128, 228))
    return b"\xff\xd8\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body + pixels


def exif(name: str) -> bytes:
    artist = name.encode() + b"\x00"
    entry = struct.pack("<HHII", 0x013B, 2, len(artist), 26)
    tiff = b"II*\x00\x08\x00\x00\x00\x01\x00" + entry + b"\x00\x00\x00\x00" + artist
    return jpeg(0xE1, b"Exif\x00\x00" + tiff)


def pdf(info: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content)
    stream = b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed)
    return b"%PDF-1.7\n1 0 obj <</Author " + info + b">> endobj\n2 0 obj " + stream + b"\n%%EOF"


def zipped(name: str, text: str, comment: str = "", how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        archive.comment = comment.encode()
        archive.writestr(name, text)
    return file.getvalue()


def table(name: str) -> pa.Table:
    return pa.table({"account": ["Some account"] * 50 + [name], "arr": [1.5] * 51})


def parquet(name: str) -> bytes:
    file = io.BytesIO()
    pq.write_table(table(name), file, compression="zstd")
    return file.getvalue()


def arrow(name: str, *, stream: bool) -> bytes:
    file = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(file, table(name).schema, options=options) as writer:
        writer.write_table(table(name))
    return file.getvalue()


def named_gzip(name: str) -> bytes:
    file = io.BytesIO()
    with gzip.GzipFile(f"{name}.json", "wb", fileobj=file) as packed:
        packed.write(b"nothing of anybody")
    return file.getvalue()


def image(data: bytes, kind: str = "png") -> str:
    return f'<img alt="" src="data:image/{kind};base64,{b64(data)}">'


def each(name: str, write: Callable[[str], str]) -> str:
    return "".join(map(write, name))


def utf8_each(name: str, write: Callable[[int], str]) -> str:
    return "".join(map(write, name.encode()))


IN_PAGES: dict[str, Callable[[str], str]] = {
    "as it is": lambda n: f"<p>{n}</p>",
    "capitals": lambda n: f"<p>{n.upper()}</p>",
    "accents taken away": lambda n: (
        "<p>"
        + "".join(c for c in unicodedata.normalize("NFD", n) if not unicodedata.combining(c))
        + "</p>"
    ),
    "letters and accents apart": lambda n: f"<p>{unicodedata.normalize('NFD', n)}</p>",
    "full width": lambda n: (
        f"<p>{each(n, lambda c: chr(ord(c) + 0xFEE0) if '!' <= c <= '~' else c)}</p>"
    ),
    "circled letters": lambda n: (
        f"<p>{each(n, lambda c: chr(0x24D0 + ord(c) - 97) if 'a' <= c <= 'z' else c)}</p>"
    ),
    "bold letters of mathematics": lambda n: (
        f"<p>{each(n, lambda c: chr(0x1D41A + ord(c) - 97) if 'a' <= c <= 'z' else c)}</p>"
    ),
    "zero-width spaces": lambda n: "<p>" + "\u200b".join(n) + "</p>",
    "soft hyphens": lambda n: "<p>" + "\u00ad".join(n) + "</p>",
    "soft hyphens as entities": lambda n: "<p>" + "&shy;".join(n) + "</p>",
    "non-breaking spaces": lambda n: "<p>" + n.replace(" ", "\u00a0") + "</p>",
    "narrow spaces as entities": lambda n: "<p>" + n.replace(" ", "&#8239;") + "</p>",
    "marks of direction": lambda n: "<p>" + "\u202a\u2066".join(n) + "</p>",
    "named entities": lambda n: (
        "<p>" + each(n, lambda c: html.escape(c).replace("é", "&eacute;")) + "</p>"
    ),
    "decimal entities": lambda n: f"<p>{each(n, lambda c: f'&#{ord(c)};')}</p>",
    "hexadecimal entities": lambda n: f"<p>{each(n, lambda c: f'&#x{ord(c):X};')}</p>",
    "entities twice": lambda n: f"<p>{each(n, lambda c: f'&amp;#{ord(c)};')}</p>",
    "JSON escapes": lambda n: (
        '<script type="application/json">'
        + CARRIER % each(n, lambda c: f"\\u{ord(c):04x}")
        + "</script>"
    ),
    "JSON in JSON": lambda n: (
        '<script type="application/json">'
        + json.dumps({"spec": json.dumps({"a": CARRIER % each(n, lambda c: f"\\u{ord(c):04x}")})})
        + "</script>"
    ),
    "JSON, a field twice": lambda n: (
        f'<script type="application/json">{{"a": "{n}", "a": "nothing"}}</script>'
    ),
    "JSON, name of a field": lambda n: f'<script type="application/json">{{"{n}": 1}}</script>',
    "script": lambda n: f"<script>const owner = '{n}';</script>",
    "script, hexadecimal": lambda n: (
        f"<script>x = '{utf8_each(n, lambda b: f'{chr(92)}x{b:02x}')}'</script>"
    ),
    "script, code points": lambda n: (
        f"<script>x = '{each(n, lambda c: f'{chr(92)}u{{{ord(c):x}}}')}'</script>"
    ),
    "script, octal": lambda n: (
        f"<script>x = '{utf8_each(n, lambda b: f'{chr(92)}{b:03o}')}'</script>"
    ),
    "script as long as the runtime": lambda n: f"<script>{'var a = 1;' * 25_000} '{n}'</script>",
    "script's attribute": lambda n: f"<script data-who='{n}'></script>",
    "style": lambda n: f"<style>p::before {{ content: '{n}'; }}</style>",
    "style, escaped": lambda n: (
        f"<style>p::before {{ content: '{each(n, lambda c: f'{chr(92)}{ord(c):x} ')}'; }}</style>"
    ),
    "style, six digits": lambda n: (
        f"<style>p::before {{ content: '{each(n, lambda c: f'{chr(92)}{ord(c):06x}')}'; }}</style>"
    ),
    "percent": lambda n: f'<a href="?q={quote(n, safe="")}">x</a>',
    "percent, every letter": lambda n: f"<a href='?q={utf8_each(n, lambda b: f'%{b:02X}')}'>x</a>",
    "percent twice": lambda n: f'<a href="?q={quote(quote(n))}">x</a>',
    "percent of entities": lambda n: (
        f'<a href="?q={quote(each(n, lambda c: f"&#{ord(c)};"), safe="")}">x</a>'
    ),
    "percent, Latin-1": lambda n: f'<a href="?q={quote(n.encode("cp1252", "replace"))}">x</a>',
    "base64": lambda n: f"<p data-x='{b64(f'owner: {n}'.encode())}'>x</p>",
    "base64, short": lambda n: f"<p data-x='{b64(n.encode())}'>x</p>",
    "base64 of base64": lambda n: f"<p>{b64(b64(f'owner: {n}'.encode()).encode())}</p>",
    "base64, second sign": lambda n: f"<p>/{b64(f'the owner: {n} of it'.encode())}</p>",
    "base64, third sign": lambda n: f"<p>x/{b64(f'the owner: {n} of it'.encode())}</p>",
    "base64, fourth sign": lambda n: f"<p>abc{b64(f'the owner: {n} of it'.encode())}</p>",
    "base64, safe for addresses": lambda n: (
        f"<p>{base64.urlsafe_b64encode(f'??>>~~ owner: {n} ~~~'.encode()).decode().rstrip('=')}</p>"
    ),
    "base64 in lines": lambda n: (
        "<p>"
        + base64.encodebytes(("one word after another " * 9 + n + " and on").encode()).decode()
        + "</p>"
    ),
    "base64, UTF-16": lambda n: f"<p>{b64(n.encode('utf-16-le'))}</p>",
    "hexadecimal digits": lambda n: f"<p>{n.encode().hex()}</p>",
    "data URI of text": lambda n: f'<a href="data:text/plain;base64,{b64(n.encode())}">x</a>',
    "data URI, percent": lambda n: (
        f'<img src="data:image/svg+xml,{quote(f"<svg><title>{n}</title></svg>")}">'
    ),
    "gzip in base64": lambda n: f"<p>{b64(gzip.compress((CARRIER % n).encode()))}</p>",
    "gzip's file name": lambda n: "<p>" + b64(named_gzip(n)) + "</p>",
    "zlib in base64": lambda n: f"<p>{b64(zlib.compress((CARRIER % n).encode()))}</p>",
    "deflate in base64": lambda n: f"<p>{b64(raw_deflate((CARRIER % n).encode()))}</p>",
    "deflate in base64, short": lambda n: f"<p>{b64(raw_deflate(n.encode()))}</p>",
    "bzip2 in base64": lambda n: f"<p>{b64(bz2.compress((CARRIER % n).encode()))}</p>",
    "gzip in gzip": lambda n: f"<p>{b64(gzip.compress(gzip.compress(n.encode())))}</p>",
    "quoted-printable": lambda n: f"<p>{quopri.encodestring(f'{n} and on'.encode()).decode()}</p>",
    "quoted-printable, cut": lambda n: f"<p>{n[:2]}=\n{n[2:]}</p>",
    "comment": lambda n: f"<!-- {n} -->",
    "title": lambda n: f'<abbr title="{n}">x</abbr>',
    "title with markup": lambda n: f'<abbr title="{n}&lt;br&gt;x">x</abbr>',
    "title after markup": lambda n: f'<abbr title="x&lt;br&gt;{n}">x</abbr>',
    "alt": lambda n: f"<img alt='{n}'>",
    "aria-label": lambda n: f'<p aria-label="{html.escape(n)}">x</p>',
    "data attribute": lambda n: f"<p data-owner={n.replace(' ', '_')}>x</p>",
    "class": lambda n: f'<p class="{n.replace(" ", "-")}">x</p>',
    "bold in a word": lambda n: f"<p>{n[:2]}<b>{n[2:]}</b></p>",
    "a span for each letter": lambda n: f"<p>{each(n, lambda c: f'<span class=a>{c}</span>')}</p>",
    "comment in a word": lambda n: f"<p>{n[:2]}<!-- > -->{n[2:]}</p>",
    "tag with > in a word": lambda n: f"<p>{n[:2]}<b title='a > b'>{n[2:]}</b></p>",
    "cells": lambda n: f"<td>{n.replace(' ', '</td><td>')}</td>",
    "SVG text": lambda n: f"<svg><text>{each(n, lambda c: f'<tspan>{c}</tspan>')}</text></svg>",
    "SVG title": lambda n: f"<svg><title>{n}</title></svg>",
    "SVG in base64": lambda n: image(f"<svg><desc>{n}</desc></svg>".encode(), "svg+xml"),
    "PNG tEXt": lambda n: image(png(chunk(b"tEXt", b"Author\0" + n.encode("latin-1", "replace")))),
    "PNG zTXt": lambda n: image(
        png(chunk(b"zTXt", b"Title\0\0" + zlib.compress(n.encode("latin-1", "replace"))))
    ),
    "PNG iTXt": lambda n: image(png(chunk(b"iTXt", b"Title\0\0\0en\0\0" + n.encode()))),
    "PNG iTXt, compressed": lambda n: image(
        png(chunk(b"iTXt", b"Title\0\1\0\0\0" + zlib.compress(n.encode())))
    ),
    "PNG, after its end": lambda n: image(png() + n.encode()),
    "JPEG comment": lambda n: image(jpeg(0xFE, n.encode()), "jpeg"),
    "JPEG EXIF": lambda n: image(exif(n), "jpeg"),
    "PDF author": lambda n: f"<p>{b64(pdf(b'(' + n.encode() + b')', b'x'))}</p>",
    "PDF author, UTF-16": lambda n: (
        "<p>" + b64(pdf(b"(" + n.encode("utf-16-be") + b")", b"x")) + "</p>"
    ),
    "PDF text": lambda n: (
        f"<p>{b64(pdf(b'()', b'BT [(' + n[:2].encode() + b') 20 (' + n[2:].encode() + b')] TJ'))}</p>"
    ),
    "ZIP, a file": lambda n: f"<p>{b64(zipped('a.txt', n))}</p>",
    "ZIP, a file's name": lambda n: f"<p>{b64(zipped(f'{n}.txt', 'x'))}</p>",
    "ZIP, remark": lambda n: f"<p>{b64(zipped('a.txt', 'x', n))}</p>",
    "Parquet": lambda n: f"<p>{b64(parquet(n))}</p>",
    "Arrow file": lambda n: f"<p>{b64(arrow(n, stream=False))}</p>",
    "Arrow stream": lambda n: f"<p>{b64(arrow(n, stream=True))}</p>",
    "Markdown escapes": lambda n: f"<pre>{n[:2]}\\_{n[2:]}</pre>",
    "Markdown emphasis": lambda n: f"<pre>{n[:2]}**{n[2:]}**</pre>",
}


def shown(data: dict[str, object], metadata: dict[str, object] | None = None) -> dict[str, object]:
    output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
    return {
        "cell_type": "code",
        "source": "",
        "outputs": [output],
        "metadata": {},
        "execution_count": 1,
    }


def said(text: str | list[str], **more: object) -> dict[str, object]:
    return {"cell_type": "markdown", "source": text, "metadata": {}, **more}


VEGA = "application/vnd.vegalite.v5+json"
IN_NOTEBOOKS: dict[str, Callable[[str], dict[str, object]]] = {
    "text": lambda n: said(f"As {n} said."),
    "surname first": lambda n: said(", ".join(reversed(n.split(" ", 1)))),
    "lines of a text": lambda n: said(["As ", n[:2], n[2:], " said."]),
    "Markdown, escaped": lambda n: said(n[:2] + "\\_" + n[2:]),
    "Markdown, bold": lambda n: said(f"{n[:2]}**{n[2:]}**"),
    "cell's metadata": lambda n: said("x", id="abc") | {"metadata": {"by": {n: True}}},
    "output's metadata": lambda n: shown({"text/plain": "x"}, {"isolated": [1, {"who": n}]}),
    "attachment": lambda n: said(
        "x",
        attachments={"a.png": {"image/png": b64(png(chunk(b"iTXt", b"a\0\0\0\0\0" + n.encode())))}},
    ),
    "attachment's name": lambda n: said("x", attachments={f"{n}.png": {}}),
    "image in lines": lambda n: shown(
        {
            "image/png": base64.encodebytes(
                png(chunk(b"tEXt", b"a\0" + b"x" * 99), chunk(b"iTXt", b"a\0\0\0\0\0" + n.encode()))
            ).decode()
        }
    ),
    "chart's data": lambda n: shown({VEGA: {"data": {"values": [{"account": n}]}}}),
    "chart's data, compressed": lambda n: shown(
        {VEGA: {"data": {"url": "data:;base64," + b64(gzip.compress((CARRIER % n).encode()))}}}
    ),
    "chart's data as Arrow": lambda n: shown({VEGA: {"data": {"x": b64(arrow(n, stream=True))}}}),
    "chart's labels": lambda n: shown({VEGA: {"axis": {"labelExpr": f"['{n}'][datum.value]"}}}),
    "table in HTML": lambda n: shown({"text/html": [f"<td>{n[:2]}", f"<i>{n[2:]}</i></td>"]}),
    "SVG": lambda n: shown({"image/svg+xml": f"<svg><text x='1 2 3'>{n}</text></svg>"}),
    "error": lambda n: (
        shown({}) | {"outputs": [{"output_type": "error", "traceback": ["\x1b[31m" + n]}]}
    ),
    "stream": lambda n: (
        shown({}) | {"outputs": [{"output_type": "stream", "text": [f"{n!a}\n", repr(n.encode())]}]}
    ),
    "widget's buffer": lambda n: said("x") | {"metadata": {"buffers": [{"data": b64(parquet(n))}]}},
}
