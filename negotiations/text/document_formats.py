"""What a file is that was taken for plain text: PDF, RTF, HTML, DOCX or text in UTF-16."""

import re

# Documents begin with these bytes; a PDF may have others before them.
SIGNATURES = (
    (b"{\\rtf", "RTF"),
    (b"%!PS", "PostScript"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf", "7Z"),
    (b"Rar!", "RAR"),
    (b"SQLite format 3", "SQLite"),
)
PDF = re.compile(rb"(?:\A|[\r\n])\s*%PDF-[0-9]")
ZIPPED = b"PK\x03\x04"
PARTS = (
    (b"word/document", "DOCX"),
    (b"xl/workbook", "XLSX"),
    (b"ppt/presentation", "PPTX"),
    (b"application/vnd.oasis.opendocument", "ODT"),
    (b"application/epub+zip", "EPUB"),
)
MHTML = re.compile(
    rb"\A\s*(?:From|MIME-Version|Subject|Snapshot-Content-Location):.*?multipart/related",
    re.DOTALL | re.IGNORECASE,
)
HTML = re.compile(
    rb"\A\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.DOTALL | re.IGNORECASE
)
XML = re.compile(rb"\A\s*<\?xml\s")
# A part of a page: what people copy out of an editor of websites.
FIRST_TAG = re.compile(rb"\A\s*<[a-z]+[1-6]?[\s>]", re.IGNORECASE)
CLOSING_TAG = re.compile(
    rb"</(?:p|div|span|article|section|a|li|ul|ol|td|tr|table|h[1-6]|script|style)\s*>",
    re.IGNORECASE,
)
FRAGMENT_TAGS = 3
HEAD = 1024
# The upper bytes of Europe's letters in UTF-16; in UTF-8 they are control characters.
UPPER_BYTES = frozenset(range(7))
MOSTLY = 0.7
BYTE_ORDER_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def recognize_document(content: bytes) -> str:
    """Return the format of a document that is not plain text; empty for text."""
    head = content[:HEAD]
    if PDF.search(head):
        return "PDF"
    if content.startswith(ZIPPED):
        return next((name for part, name in PARTS if part in content), "ZIP")
    for signature, name in SIGNATURES:
        if content.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(signature):
            return name
    return recognize_markup(content.removeprefix(b"\xef\xbb\xbf"))


def recognize_markup(content: bytes) -> str:
    """Return the name of a markup language in which a text is written; empty for plain text."""
    if MHTML.search(content[: 4 * HEAD]):
        return "MHTML"
    if HTML.search(content[: 4 * HEAD]):
        return "HTML"
    if XML.search(content[:HEAD]):
        return "XML"
    is_fragment = FIRST_TAG.match(content) and len(CLOSING_TAG.findall(content)) >= FRAGMENT_TAGS
    return "HTML" if is_fragment else ""


def recognize_wide_encoding(content: bytes) -> str:
    """Return ``UTF-16`` or ``UTF-32`` if bytes are a text in it, with its mark or without."""
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return name
    sample = content[:HEAD]
    halves = [half for half in (sample[::2], sample[1::2]) if len(half) > 1]
    if any(sum(byte in UPPER_BYTES for byte in half) > MOSTLY * len(half) for half in halves):
        return "UTF-16"
    return ""
