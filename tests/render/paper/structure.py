"""What a screen reader finds in a PDF: its tags, bookmarks, fonts and language."""

import ctypes
from collections import Counter

import pypdfium2
import pypdfium2.raw as raw


def tags_of(data):
    """How often each kind of structure element stands in the tree, over all pages.

    An element that goes over two pages counts on both.
    """
    found = Counter()
    document = pypdfium2.PdfDocument(data)
    for page in document:
        tree = raw.FPDF_StructTree_GetForPage(page.raw)
        stack = [
            raw.FPDF_StructTree_GetChildAtIndex(tree, at)
            for at in range(raw.FPDF_StructTree_CountChildren(tree))
        ]
        while stack:
            element = stack.pop()
            if not element:
                continue
            found[_text(raw.FPDF_StructElement_GetType, element)] += 1
            stack += [
                raw.FPDF_StructElement_GetChildAtIndex(element, at)
                for at in range(raw.FPDF_StructElement_CountChildren(element))
            ]
        raw.FPDF_StructTree_Close(tree)
    return found


def alternatives_of(data):
    """The text that stands for each figure, in order."""
    found = []
    for page in pypdfium2.PdfDocument(data):
        tree = raw.FPDF_StructTree_GetForPage(page.raw)
        stack = [
            raw.FPDF_StructTree_GetChildAtIndex(tree, at)
            for at in range(raw.FPDF_StructTree_CountChildren(tree))
        ][::-1]
        while stack:
            element = stack.pop()
            if not element:
                continue
            if _text(raw.FPDF_StructElement_GetType, element) == "Figure":
                found.append(_text(raw.FPDF_StructElement_GetAltText, element))
            stack += [
                raw.FPDF_StructElement_GetChildAtIndex(element, at)
                for at in range(raw.FPDF_StructElement_CountChildren(element))
            ][::-1]
        raw.FPDF_StructTree_Close(tree)
    return found


def bookmarks_of(data):
    """Level (from 0), title and page (from 1) of each bookmark."""
    document = pypdfium2.PdfDocument(data)
    return [
        (mark.level, mark.get_title(), mark.get_dest().get_index() + 1)
        for mark in document.get_toc()
    ]


def fonts_of(data):
    """By name of each font of the text, whether it is embedded."""
    found = {}
    for page in pypdfium2.PdfDocument(data):
        for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(thing.raw)
            size = raw.FPDFFont_GetBaseFontName(font, None, 0)
            name = ctypes.create_string_buffer(size)
            raw.FPDFFont_GetBaseFontName(font, name, size)
            found[name.value.decode()] = raw.FPDFFont_GetIsEmbedded(font) == 1
    return found


def language_of(data):
    document = pypdfium2.PdfDocument(data)
    size = raw.FPDFCatalog_GetLanguage(document.raw, None, 0)
    name = (ctypes.c_ushort * (size // 2))()
    raw.FPDFCatalog_GetLanguage(document.raw, name, size)
    return bytes(name).decode("utf-16-le").rstrip("\0")


def _text(read, element):
    size = read(element, None, 0)
    if size < 2:
        return ""
    letters = ctypes.create_string_buffer(size)
    read(element, letters, size)
    return letters.raw.decode("utf-16-le").rstrip("\0")
