"""Labels as a page to print: one label a sheet of its size, from any browser, to a label printer or as PDF."""

import html

from homeostat.governance.labels.drawing import Size


def page(drawings: tuple[str, ...], size: Size, title: str) -> str:
    """An HTML page of the drawings; no script, nothing from outside."""
    style = (
        f"@page{{size:{size.width:g}mm {size.height:g}mm;margin:0}}"
        "body{margin:0}svg{display:block;break-after:page}svg:last-child{break-after:auto}"
    )
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(drawings)}</body></html>\n'
