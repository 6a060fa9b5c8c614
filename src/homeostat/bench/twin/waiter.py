"""Starts Python with the given arguments and prints exit code, wall and CPU time in s, and greatest memory in bytes.

A script of its own, run in a small fresh process: Linux counts what the starting process holds as the started one's.
"""

import os
import sys
import time


def wait(arguments: list[str]) -> tuple[int, float, float, int]:
    """Exit code, wall and CPU seconds and bytes of one run whose output nobody reads."""
    quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    begin = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, *arguments], os.environ, file_actions=[quiet])
    _, status, usage = os.wait4(child, 0)
    took = time.perf_counter() - begin
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return os.waitstatus_to_exitcode(status), took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit


if __name__ == "__main__":
    print(*wait(sys.argv[1:]))
