"""The command line: parse, call a room, show what it answers. No logic of the domain lives here.

One command a file (`run`, `resume`, `verify`, `replay`, `record`, `batches`, `process`, `twin`, `bench`), put
together in `app`. `options` judges what the user typed, `output` prints tables (rich on a terminal, plain text into a
pipe) and JSON, `progress` watches an execution, `summary` tells what a batch came to, `onward` how it goes on,
and `failures` turns whatever goes wrong into words and an exit code.

    argv -> options -> execution, quality, process, twin or bench -> output -> exit code

Nothing heavy is imported before a command runs: it imports the rooms it calls when it is called, so that
`homeostat --help` is quick.
"""

from homeostat.cli.app import main

__all__ = ["main"]
