"""Counted loops in IR."""

from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir

from homeostat.twin.engine.lanes import INT


@contextmanager
def count(builder: ir.IRBuilder, times: ir.Value) -> Iterator[ir.Value]:
    """Emit what is written inside once, to be run for 0, 1, ... `times` - 1 (at least once); yields the number."""
    before = builder.block
    body, done = builder.append_basic_block("body"), builder.append_basic_block("done")
    builder.branch(body)
    builder.position_at_end(body)
    number = builder.phi(INT)
    number.add_incoming(INT(0), before)
    yield number
    following = builder.add(number, INT(1))
    number.add_incoming(following, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, times), body, done)
    builder.position_at_end(done)
