"""The tables of a historian file, and the triggers that refuse to change what was sealed."""

VERSION = 1
APPLICATION = 0x484D5354  # "HMST": marks the file as a historian

_TABLES = {
    "tag": """CREATE TABLE tag(
  batch TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL, resolution REAL,
  scanned INTEGER NOT NULL, PRIMARY KEY(batch, name)) WITHOUT ROWID""",
    "hot": """CREATE TABLE hot(
  batch TEXT NOT NULL, time INTEGER NOT NULL, "row" BLOB NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY(batch, time)) WITHOUT ROWID""",
    "chunk": """CREATE TABLE chunk(
  batch TEXT NOT NULL, tag TEXT NOT NULL, start INTEGER NOT NULL,
  "end" INTEGER NOT NULL, count INTEGER NOT NULL, usable INTEGER NOT NULL,
  low REAL, high REAL, total REAL, codec TEXT NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY(batch, tag, start)) WITHOUT ROWID""",
}


def _refusal(name: str, event: str, table: str, what: str, when: str = "") -> tuple[str, str]:
    return (
        name,
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{what}'); END",
    )


# INSERT OR REPLACE removes the old row without asking a DELETE trigger, hence the two *_replaced.
_TRIGGERS = dict(
    (
        _refusal("chunk_changed", "UPDATE", "chunk", "sealed chunks are never changed"),
        _refusal("chunk_deleted", "DELETE", "chunk", "sealed chunks are never deleted"),
        _refusal(
            "chunk_replaced",
            "INSERT",
            "chunk",
            "sealed chunks are never replaced",
            "WHEN EXISTS(SELECT 1 FROM chunk WHERE (batch, tag, start) = (NEW.batch, NEW.tag, NEW.start)) ",
        ),
        _refusal("tag_changed", "UPDATE", "tag", "declared tags are never changed"),
        _refusal("tag_deleted", "DELETE", "tag", "declared tags are never deleted"),
        _refusal(
            "tag_replaced",
            "INSERT",
            "tag",
            "declared tags are never replaced",
            "WHEN EXISTS(SELECT 1 FROM tag WHERE (batch, name) = (NEW.batch, NEW.name)) ",
        ),
        _refusal("hot_changed", "UPDATE", "hot", "recorded rows are never changed"),
    )
)

OBJECTS = {**_TABLES, **_TRIGGERS}
"""Name to SQL of everything a historian file contains; `verify` reports any difference."""
