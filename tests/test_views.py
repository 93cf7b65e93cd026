"""Views of views: read, written to and freed however deep, and tracked as what they look at is."""

import gc
import pickle

import numpy as np
import pytest

import autograd_lite as ag

DEPTH = 3000  # three times what Python lets functions call each other


def nested(x, depth):
    for _ in range(depth):
        x = x[...]
    return x


def test_a_loop_that_peels_entries_off():
    x = ag.Var(np.linspace(1.0, 2.0, DEPTH))
    rest, s = x[:], 0.0
    while len(rest):
        s, rest = s + rest[0] ** 2, rest[1:]
    s.backward()
    np.testing.assert_array_equal(x.grad.value, 2 * x.value)


def test_a_write_to_the_base_is_seen_through_any_depth():
    x = ag.Var([1.0, 2.0, 3.0])
    y = x * 1.0
    deep = nested(y, DEPTH)
    y[1:] = y[:-1]
    assert deep.value.tolist() == [1.0, 1.0, 2.0]
    ag.sum(deep).backward()
    assert x.grad.value.tolist() == [2.0, 1.0, 0.0]


def test_a_write_through_any_depth_is_seen_in_the_base():
    x = ag.Var([1.0, 2.0, 3.0])
    y = x * 1.0
    middle = nested(y, DEPTH // 2)
    deep = nested(middle, DEPTH // 2)
    deep[0] = deep[1] * deep[2]
    for seen in (y, middle, deep):
        assert seen.value.tolist() == [6.0, 2.0, 3.0]
    ag.sum(y + middle + deep).backward()
    assert x.grad.value.tolist() == [0.0, 12.0, 9.0]


def test_deep_views_are_printed_pickled_and_freed():
    x = ag.Var([1.0, 2.0])
    deep = nested(x, 100_000)
    assert "1." in repr(deep)
    assert f"v{DEPTH}[...]" in str(ag.tape(ag.sum(nested(x, DEPTH))))
    constant = nested(ag.asarray([1.0, 2.0]), DEPTH)
    assert pickle.loads(pickle.dumps(constant)).tolist() == [1.0, 2.0]
    gc.collect()
    gc.disable()
    try:
        del deep, constant
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_write_to_a_read_only_view_changes_nothing():
    x = ag.Var([1.0, 2.0]) * 1.0
    spread = ag.broadcast_to(x, (3, 2))
    part = spread[0]
    with pytest.raises(ValueError, match="read-only"):
        part[0] = 5.0
    assert part.value.tolist() == x.value.tolist() == [1.0, 2.0]


def test_a_view_only_looked_at_under_no_grad_stays_tracked():
    x = ag.Var([1.0, 2.0, 3.0])
    y = x * 1.0
    part = y[1:]
    y[1] = y[0]
    with ag.no_grad():
        assert part.value.tolist() == [1.0, 3.0]
    ag.sum(part).backward()
    assert x.grad.value.tolist() == [1.0, 0.0, 1.0]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_variable_written_to_through_views_under_no_grad_stays_a_variable(depth):
    x = ag.Var([1.0, 2.0, 3.0], name="x")
    views = [x[1:]]
    views += [views[0][:1]] * (depth - 1)
    with ag.no_grad():
        views[-1][0] = 5.0
        views[-1] *= 2.0
    assert x.requires_grad
    assert x.is_leaf
    assert x.value.tolist() == ([1.0, 10.0, 6.0] if depth == 1 else [1.0, 10.0, 3.0])
    sum(ag.sum(v**2) for v in views).backward()
    assert x.grad.value.tolist() == ([0.0, 20.0, 12.0] if depth == 1 else [0.0, 40.0, 6.0])


VIEWS = {
    "slice": lambda x: x[1:],
    "newaxis": lambda x: x[None],
    "reversed": lambda x: x[::-1],
    "reshape": lambda x: x.reshape(3, 2),
    "ravel": np.ravel,
    "transpose": lambda x: x.T,
    "matrix transpose": lambda x: x.mT,
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "expand_dims": lambda x: np.expand_dims(x, 0),
    "squeeze": lambda x: np.squeeze(x[:1]),
    "flip": lambda x: np.flip(x, axis=1),
    "rot90": np.rot90,
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3)),
    "a large broadcast_to": lambda x: np.broadcast_to(x, (2000, 2, 3)),
    "part of a broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3))[1, :, 1:],
    "split": lambda x: np.split(x, 2)[1],
    "atleast_3d": np.atleast_3d,
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_kind_of_view_sees_what_is_written_and_is_written_through_or_refuses(name):
    look, data = VIEWS[name], np.arange(6.0).reshape(2, 3)
    array, x = data.copy(), ag.Var(data)
    y = x * 1.0
    seen, expected = look(y), look(array)
    y[:, 1] = y[:, 0]
    array[:, 1] = array[:, 0]
    np.testing.assert_array_equal(seen.value, expected)
    ag.sum(seen).backward()
    copies = np.bincount(expected.astype(int).ravel(), minlength=6).reshape(2, 3)  # how often each entry is there
    np.testing.assert_array_equal(x.grad.value, copies)
    if expected.flags.writeable:
        seen[...], expected[...] = 7.0, 7.0
    else:
        with pytest.raises(ValueError, match="read-only"):
            seen[...] = 7.0
    np.testing.assert_array_equal(y.value, array)
