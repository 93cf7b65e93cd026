"""Every method and attribute of NumPy's arrays on Tensors: as NumPy has it, with all its arguments, or an error that
says what to write."""

import io
import pickle
import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import TrackedError
from autograd_lite.numpy_functions.array_methods import FUNCTIONS, LEAVING, MEMORY, REDUCTIONS
from tests.numpy_functions.test_protocol_census import leaves
from tests.numpy_functions.test_signatures import CALLS
from tests.support.numpy_samples import MASK, A, B, U, written

OF_NUMPYS_OWN = {
    "__array_finalize__", "__array_interface__", "__array_priority__", "__array_struct__", "__array_wrap__",
    "__class_getitem__", "__delitem__", "__setstate__", "__buffer__", "_set_dtype", "_set_shape",
}  # fmt: skip
"""How NumPy itself looks at an array's memory, its subclasses and its types; and ``del x[i]``, which is an error there."""

EVERY = sorted(set(dir(np.ndarray)) - OF_NUMPYS_OWN)

# fmt: off
# ruff: noqa: E501  # a line a method reads better unwrapped
METHODS = {
    "all": lambda x: (x > 0.5).all(1, keepdims=True), "any": lambda x: (x > 0.5).any(axis=0, where=MASK), "argmax": lambda x: x.argmax(1, keepdims=True), "argmin": lambda x: x.argmin(0), "argpartition": lambda x: x.argpartition(1, 0), "argsort": lambda x: x.argsort(axis=None, kind="stable"),
    "astype": lambda x: x.astype(np.complex128, order="F", casting="safe", subok=False, copy=True), "choose": lambda x: (x[0] * 0 + [0, 1, 0, 1]).astype(int).choose([x[1], x[2]]), "clip": lambda x: x.clip(0.4), "clip above": lambda x: x.clip(max=0.6), "clip between": lambda x: x.clip(0.3, 0.6),
    "compress": lambda x: x.compress([True, False, True], axis=0), "conj": lambda x: (x * 1j).conj(), "conjugate": lambda x: (x * 1j).conjugate(), "copy": lambda x: x.copy("F"), "cumprod": lambda x: x.cumprod(1, None), "cumsum": lambda x: x.cumsum(axis=0, dtype=complex), "diagonal": lambda x: x.diagonal(1, axis1=1, axis2=0),
    "dot": lambda x: x.dot(x.T), "flat": lambda x: x.flat[3] * x.flat[[1, 2]], "flatten": lambda x: x.flatten("F"), "imag": lambda x: (x * 1j).imag, "mT": lambda x: x.mT, "max": lambda x: x.max(0, where=MASK, initial=0.3), "mean": lambda x: x.mean(1, None, None, True), "min": lambda x: x.min(initial=0.4),
    "nonzero": lambda x: (x > 0.5).nonzero(), "prod": lambda x: x.prod(0, keepdims=True, where=MASK), "ravel": lambda x: x.ravel("F"), "real": lambda x: (x * 1j + x).real, "repeat": lambda x: x.repeat(2, axis=1), "reshape": lambda x: x.reshape(4, 3, order="F"), "round": lambda x: x.round(2), "searchsorted": lambda x: x[0].searchsorted([0.3, 0.5], side="right", sorter=[0, 2, 1, 3]),
    "squeeze": lambda x: x[:, None].squeeze(axis=1), "std": lambda x: x.std(0, None, None, 1, keepdims=True), "sum": lambda x: x.sum((0, 1), initial=2.0), "swapaxes": lambda x: x.swapaxes(0, 1), "T": lambda x: x.T, "take": lambda x: x.take([0, 5], axis=1, mode="wrap"), "trace": lambda x: x.trace(1, 1, 0), "transpose": lambda x: x.transpose(1, 0), "var": lambda x: x.var(1, ddof=1),
    "fill": lambda x: written(x, lambda t: t[1].fill(2.0)), "partition": lambda x: np.sort(written(x, lambda t: t.partition(2))[:, :2]), "put": lambda x: written(x, lambda t: t.put([1, 5, -1], x[0, :2] * 2)), "sort": lambda x: written(x, lambda t: t.sort(0)), "sort of a row": lambda x: written(x, lambda t: t[1].sort()), "flat written": lambda x: written(x, lambda t: t.flat.__setitem__(slice(1, 3), x[0, 0])),
    "flat assigned": lambda x: written(x, lambda t: setattr(t, "flat", x[0])), "__divmod__": lambda x: divmod(x, 0.3), "__rdivmod__": lambda x: divmod(0.9, x), "sum into": lambda x: written(x[0], lambda t: x.sum(0, None, t)), "mean into": lambda x: written(x[0], lambda t: x.mean(0, out=t)), "round into": lambda x: written(x, lambda t: (2 * x).round(1, t)),
}
"""Calls that give numbers: a method's name, perhaps with a word more."""

PLAIN = {
    "__contains__": lambda x: (A[0, 0] in x, 7.0 in x, 0.5 in x[0]), "__len__": len, "__bool__": lambda x: bool(x[0, 0]), "item": lambda x: x[0, 0].item(), "item at": lambda x: (x.item(5), x.item(1, 2)), "itemsize": lambda x: x.itemsize, "nbytes": lambda x: x.nbytes, "ndim": lambda x: x.ndim,
    "shape": lambda x: x.shape, "size": lambda x: x.size, "dtype": lambda x: x.dtype, "device": lambda x: x.device, "tolist": lambda x: x.tolist(), "tobytes": lambda x: x.tobytes("F"), "format": lambda x: f"{x[0, 0]:.3f}",
}
"""Calls whose results are no arrays, of Tensors without a tape."""
# fmt: on


@pytest.mark.parametrize("name", METHODS)
def test_methods(name):
    f = METHODS[name]
    expected = leaves(f(A))
    got = leaves(f(ag.Var(A)))
    for y, e in zip(got, expected, strict=True):
        assert isinstance(y, ag.Tensor)
        assert (y.shape, y.dtype) == (np.shape(e), np.asarray(e).dtype)
        np.testing.assert_allclose(y.value, e, rtol=1e-13)  # a few sums in another order
    if expected[0].dtype.kind in "fc":
        assert any(y.requires_grad for y in got)
        ag.check_grads(lambda x: leaves(f(x)), (A,), order=1, entries=4)


@pytest.mark.parametrize("name", PLAIN)
def test_what_gives_no_array(name):
    assert PLAIN[name](ag.Tensor(A)) == PLAIN[name](A)


@pytest.mark.parametrize("name", EVERY)
def test_every_name_of_an_array_is_a_tensors_or_an_error_that_says_what_to_write(name):
    if name in MEMORY:
        with pytest.raises(AttributeError, match=f"a Tensor has no {name}.*write "):
            getattr(ag.Var(A), name)
        assert not hasattr(ag.Tensor(A), name)
    else:
        assert hasattr(ag.Var(A), name)


@pytest.mark.parametrize("name", [n for n in EVERY if not n.startswith("__")])
def test_every_method_is_called_here(name):
    called = {title.split()[0] for title in (*METHODS, *PLAIN)}
    assert name in called | MEMORY.keys() | {"tofile", "dump", "dumps", "to_device"}


AS_FUNCTIONS = [
    t
    for t in CALLS
    if hasattr(np.ndarray, t.split(":")[0])
    and t.split(":")[0] not in ("reshape", "transpose", "compress", "put", "choose", "resize")
]


@pytest.mark.parametrize("title", AS_FUNCTIONS)
def test_methods_take_what_functions_take(title):
    """The walk of the functions' signatures again, with methods: what NumPy's method takes, ours takes."""
    name, args, options = CALLS[title]
    options = dict(options)
    first = args[0] if args else options.pop(next(iter(options)))
    if not isinstance(first, np.ndarray):
        return

    def method(x):
        x = x * 1
        out = getattr(x, name)(*args[1:], **options)
        return x if out is None else out

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            expected = method(first)
        except Exception:  # a method may take less than the function does
            return
        got = method(ag.Tensor(first))
    for y, e in zip(leaves(got), leaves(expected), strict=True):
        assert y.dtype == np.asarray(e).dtype
        np.testing.assert_allclose(y, e, rtol=1e-12)  # a few sums in another order


def test_the_layouts_are_numpys():
    in_threes = np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0)
    for order in "CFAK":
        np.testing.assert_array_equal(ag.Tensor(in_threes).ravel(order).value, in_threes.ravel(order))
    for lay in (A, np.asfortranarray(A), A.T):
        for order in "CFAK":
            for f in (
                lambda x, o=order: x.copy(o),
                lambda x, o=order: x.astype(float, o),
                lambda x, o=order: np.copy(x, o),
            ):
                assert f(ag.Tensor(lay)).value.flags.f_contiguous == f(lay).flags.f_contiguous
            np.testing.assert_array_equal(ag.Tensor(lay).flatten(order).value, lay.flatten(order))
            np.testing.assert_array_equal(ag.Tensor(lay).ravel(order).value, lay.ravel(order))


def test_sorting_in_place_is_a_write():
    """The handle has the sorted entries; who read it before keeps what was read."""
    x = ag.Tensor(U)
    before = x * 1
    assert x.sort() is None
    np.testing.assert_array_equal(x.value, np.sort(U))
    np.testing.assert_array_equal(before.value, U)
    np.testing.assert_array_equal(ag.grad(lambda x: (x.sort(), x[0])[1])(U), np.eye(4)[U.argmin()])


def test_rounding():
    x = ag.Var(1.2345)
    assert round(x, 2) == 1.23
    assert round(x, 2).requires_grad
    assert round(x) == 1.0
    np.testing.assert_array_equal(round(ag.Var(A), 1).value, A.round(1))


def test_what_leaves_the_tensor_world():
    x, constant = ag.Var(A), ag.Tensor(A)
    for name in LEAVING:
        args = (io.BytesIO(),) if name in ("dump", "tofile") else ()
        with pytest.raises(TrackedError, match=rf"\.{name}\(\).*use .*detach"):
            getattr(x, name)(*args)
    file = io.BytesIO()
    constant.dump(file)
    np.testing.assert_array_equal(pickle.loads(constant.dumps()), A)  # its own bytes
    np.testing.assert_array_equal(pickle.loads(file.getvalue()), A)  # the same
    for bad, kind, message in (
        (lambda: x.astype(int, casting="safe"), TypeError, "astype.*float64.*int64.*safe"),
        (lambda: x.fill(B), ValueError, "one number"),
        (lambda: x.sort(order="name"), ValueError, "order="),
    ):
        with pytest.raises(kind, match=message):
            bad()


def _result(x, name, args):
    try:
        out = getattr(x, name)(*args)
    except Exception:
        return "refused"
    return [
        (np.shape(y), np.asarray(y).dtype, np.asarray(y)) for y in (leaves(out) if isinstance(out, tuple) else [out])
    ]


@pytest.mark.filterwarnings("ignore")  # of variances of nothing
@pytest.mark.parametrize("axes", range(5))
@pytest.mark.parametrize("name", [n for n in (*FUNCTIONS, *REDUCTIONS) if n != "choose"])  # which takes no axes
def test_methods_of_any_number_of_axes(name, axes):
    """Given next to nothing, a method is done at once by an operation: which must be NumPy's of every shape."""
    for dtype in (float, np.float32, int, bool, complex):
        _test_method(name, np.arange(3**axes).reshape((3,) * axes).astype(dtype))


def _test_method(name, a):
    for args in ((), (0,), (1,), (0, 1), (1, 0), (-1,), (5,)):
        got, expected = _result(ag.Tensor(a), name, args), _result(a, name, args)
        assert (got == "refused") == (expected == "refused"), (args, a.dtype)
        for y, e in zip(got, expected, strict=True) if expected != "refused" else ():
            assert y[:2] == e[:2]
            np.testing.assert_allclose(
                y[2], e[2], rtol=1e-5 if a.dtype == np.float32 else 1e-12
            )  # sums in another order


FLAT = {
    "itself": lambda x: x, "a row": lambda x: x[1], "transposed": lambda x: x.T, "every other column": lambda x: x[:, ::2], "backwards": lambda x: x[::-1], "a row backwards": lambda x: x[0, ::-1],
    "axes moved": lambda x: x[None].transpose(2, 0, 1), "a view of a view": lambda x: x.T[1:], "an entry": lambda x: x[1, 1, ...], "nothing": lambda x: x[:0], "repeated": lambda x: np.broadcast_to(x, (2, 2, 3)), "an entry repeated": lambda x: np.broadcast_to(x[1, 1, ...], ()),
}  # fmt: skip


@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("what", FLAT)
def test_a_write_to_flat_is_a_write_wherever_its_entries_lie(what, tracked):
    part, a = FLAT[what], np.arange(6.0).reshape(2, 3)
    x = ag.Tensor(a, requires_grad=tracked) * 1 if tracked else ag.Tensor(a)
    for write in (lambda flat: flat.__setitem__(0, 7.0), lambda flat: flat.__setitem__(slice(None), 9.0)):
        np.testing.assert_array_equal(part(x).flat[:].value, part(a).flat[:])
        refused = []
        for target in (a, x):
            try:
                write(part(target).flat)
            except (IndexError, ValueError):  # of what is read-only or empty
                refused.append(target is a)
        assert refused in ([], [True, False])
        np.testing.assert_array_equal(x.value, a)
