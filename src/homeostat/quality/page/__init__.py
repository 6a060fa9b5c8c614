"""The batch record as one HTML page that needs nothing else: no script, no font, no image from elsewhere.

    BatchRecord -> sections of tables; Historian.overview -> figures (inline SVG); both -> page

`markup` escapes every text on its way in; `charts` knows geometry only; `figures` says which charts a record needs.
"""

from homeostat.quality.page.document import render_html

__all__ = ["render_html"]
