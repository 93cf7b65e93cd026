"""What the engine asks of the tables by name."""

import pytest

from autograd_lite.core.op import OPS, Primitives, primitives


def test_each_is_the_function_that_its_table_defines():
    names = set(Primitives.__annotations__)
    assert {name: getattr(primitives, name).op for name in names} == {name: OPS[name] for name in names}


def test_one_that_no_table_defines_is_named_when_it_is_looked_up():
    class More(Primitives):
        __annotations__ = {**Primitives.__annotations__, "transmogrify": None}

    with pytest.raises(RuntimeError, match="no table defines: transmogrify"):
        More().bind()
