"""Sphinx configuration: Markdown pages in the furo theme; nothing is fetched from another host."""

import sys
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from homeostat import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import process_fields

project = "Homeostat"
author = "The Homeostat developers"
release = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 4
exclude_patterns = ["_build", "output", "live-glucose.md"]
html_theme = "furo"
html_title = f"Homeostat {__version__}"
html_show_sourcelink = False


class ProcessFields(SphinxDirective):
    """`{process-fields} MODULE.PART`: the table of the fields of one part of a process file."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table as document nodes."""
        name = self.arguments[0]
        lines = process_fields.table(process_fields.part_named(name))
        holder = nodes.Element()
        self.state.nested_parse(StringList(lines, source=name), 0, holder)
        return holder.children


def setup(app: Sphinx) -> None:
    """Register the directive with Sphinx."""
    app.add_directive("process-fields", ProcessFields)
