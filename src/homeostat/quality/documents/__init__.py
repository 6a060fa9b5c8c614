"""Documents: what a person signs, files and sends, as PDF/A-3 with the same content attached as JSON.

    record, report -> Paper (text in facts, tables and charts) -> templates/*.typ (typst) -> PDF/A-3 -> PAdES seal

A document holds no clock of its own: its time is the record's, so the same record gives the same bytes again.
`paper` is the document as data, `batch` folds a batch into one, `typeset` prints any paper with the template of its
kind, `sealing` signs the PDF with the site's certificate (`certificate`) and says whether a sealed one was changed.
"""

from homeostat.quality.documents.batch import batch_paper
from homeostat.quality.documents.paper import Chart, Column, Paper, Section, SignatureLine, Table
from homeostat.quality.documents.typeset import typeset

__all__ = ["Chart", "Column", "Paper", "Section", "SignatureLine", "Table", "batch_paper", "typeset"]
