"""A file is written whole or not at all."""

import os
from pathlib import Path

import pytest

from homeostat.cli.files import OutputError, given_out, write_whole


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "B0001.html"
    write_whole(path, "µ\n")
    write_whole(path, "37 °C\n")
    assert path.read_bytes() == "37 °C\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_it_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", "x")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written") as error:
        write_whole(tmp_path / "none" / "a", "x")
    assert error.value.where == str(tmp_path / "none" / "a")


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "a", "x")
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old", "utf-8")
    link.symlink_to(target)
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text("utf-8") == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_file_that_is_given_out_has_its_name_after_what_had_to_be_done(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with given_out(path, "x"):
        assert not path.exists()
    assert path.read_text("utf-8") == "x"
    with pytest.raises(LookupError), given_out(tmp_path / "b", "x"):
        raise LookupError
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_done_for_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    for place in (tmp_path / "none" / "a", tmp_path):
        with pytest.raises(OutputError), given_out(place, "x"):
            pytest.fail("done all the same")
