"""The checks, one file an area: each is a small scene played on a new site, and says what it saw."""
