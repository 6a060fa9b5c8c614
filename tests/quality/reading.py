"""Reading a PDF with a library that had no part in making it."""

from io import BytesIO

import pypdf


def texts(pdf: bytes) -> list[str]:
    """The text of each page; marks where a long word may be broken are left out."""
    return [
        " ".join(page.extract_text().replace("\u200b", "").split())
        for page in pypdf.PdfReader(BytesIO(pdf)).pages
    ]
