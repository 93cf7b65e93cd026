"""Public functions that are no operation of their own: compositions, creation functions, dtypes and constants."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.op import OPS
from autograd_lite.core.tensor import raw
from autograd_lite.errors import AutogradError

X, V, W = np.linspace(-1, 1.3, 6).reshape(2, 3), np.array([0.4, -1.2, 0.9]), np.array([1.5, 0.2])
STACK = np.linspace(-2, 2, 12).reshape(2, 3, 2)
Z = X + 1j * X[::-1]

# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
COMPOSED = [  # what is called, the same in NumPy, the arguments
    ("clip",            lambda x: ag.clip(x, -0.5, 0.5),                lambda x: np.clip(x, -0.5, 0.5),                (X,)),
    ("clip below",      lambda x: ag.clip(x, -0.5),                     lambda x: np.clip(x, -0.5, None),               (X,)),
    ("clip above",      lambda x: ag.clip(x, max=0.5),                  lambda x: np.clip(x, None, 0.5),                (X,)),
    ("clip not",        lambda x: ag.clip(x),                           lambda x: x,                                    (X,)),
    ("take",            lambda x: ag.take(x, np.array([2, 0, 0]), axis=1), lambda x: np.take(x, [2, 0, 0], axis=1),     (X,)),
    ("take flat",       lambda x: ag.take(x, np.array([5, 1])),         lambda x: np.take(x, [5, 1]),                   (X,)),
    ("take a Tensor",   lambda x: ag.take(x, ag.asarray([1, 1])),       lambda x: np.take(x, [1, 1]),                   (V,)),
    ("take_along_axis", lambda x: ag.take_along_axis(x, np.array([[2, 0], [1, 1]]), axis=1), lambda x: np.take_along_axis(x, np.array([[2, 0], [1, 1]]), axis=1), (X,)),
    ("take the sorted", lambda x: ag.take_along_axis(x, ag.argsort(x)), lambda x: np.sort(x, axis=-1),                  (X,)),
    ("permute_dims",    lambda x: ag.permute_dims(x),                   lambda x: np.transpose(x),                      (STACK,)),
    ("moveaxis",        lambda x: ag.moveaxis(x, 0, -1),                lambda x: np.moveaxis(x, 0, -1),                (STACK,)),
    ("moveaxis two",    lambda x: ag.moveaxis(x, (0, 1), (-1, 0)),      lambda x: np.moveaxis(x, (0, 1), (-1, 0)),      (STACK,)),
    ("swapaxes",        lambda x: ag.swapaxes(x, 0, -1),                lambda x: np.swapaxes(x, 0, -1),                (STACK,)),
    ("ravel",           lambda x: ag.ravel(x),                          lambda x: np.ravel(x),                          (X,)),
    ("ravel 0-d",       lambda x: ag.ravel(x),                          lambda x: np.ravel(x),                          (np.float64(2.0),)),
    ("unstack",         lambda x: ag.unstack(x, axis=1),                lambda x: np.unstack(x, axis=1),                (X,)),
    ("meshgrid",        lambda x, y: ag.meshgrid(x, y),                 lambda x, y: np.meshgrid(x, y),                 (V, W)),
    ("meshgrid ij",     lambda x, y: ag.meshgrid(x, y, indexing="ij"),  lambda x, y: np.meshgrid(x, y, indexing="ij"),  (V, W)),
    ("broadcast_arrays", lambda x, y: ag.broadcast_arrays(x, y),        lambda x, y: np.broadcast_arrays(x, y),         (X, V)),
    ("outer",           lambda x, y: ag.outer(x, y),                    lambda x, y: np.outer(x, y),                    (V, W)),
    ("inner",           lambda x, y: ag.inner(x, y),                    lambda x, y: np.inner(x, y),                    (X, V)),
    ("inner 0-d",       lambda x, y: ag.inner(x, y),                    lambda x, y: np.inner(x, y),                    (X, np.float64(2.0))),
    ("dot",             lambda x, y: ag.dot(x, y),                      lambda x, y: np.dot(x, y),                      (X, V)),
    ("dot 0-d",         lambda x, y: ag.dot(x, y),                      lambda x, y: np.dot(x, y),                      (X, np.float64(2.0))),
    ("dot stacks",      lambda x, y: ag.dot(x, y),                      lambda x, y: np.dot(x, y),                      (STACK, STACK[0].T)),
    ("vecdot",          lambda x, y: ag.vecdot(x, y),                   lambda x, y: np.vecdot(x, y),                   (X, V)),
    ("vecdot complex",  lambda x, y: ag.vecdot(x, y, axis=0),           lambda x, y: np.vecdot(x, y, axis=0),           (Z, Z + 1)),
    ("trace",           lambda x: ag.trace(x),                          lambda x: np.trace(x),                          (STACK[:, :, 0],)),
    ("trace offset",    lambda x: ag.trace(x, offset=-1),               lambda x: np.trace(x, offset=-1, axis1=-2, axis2=-1), (STACK,)),
    ("trace 4x2",       lambda x: ag.trace(x, offset=1),                lambda x: np.trace(x, offset=1),                (np.arange(8.0).reshape(4, 2),)),
]
# fmt: on


@pytest.mark.parametrize(("call", "reference", "args"), [row[1:] for row in COMPOSED], ids=[row[0] for row in COMPOSED])
def test_composed_functions(call, reference, args):
    """Values as NumPy's, derivatives as differences, to second order, tracked or not."""
    for out in (call(*args), call(*[ag.Var(x) for x in args])):
        expected = reference(*args)
        assert isinstance(out, (tuple, list)) == isinstance(expected, (tuple, list))
        for got, want in zip(
            *((out, expected) if isinstance(out, (tuple, list)) else ((out,), (expected,))), strict=True
        ):
            got = raw(got)
            assert got.dtype == want.dtype
            np.testing.assert_allclose(
                got, want, rtol=1e-14, strict=True
            )  # the same products, perhaps in another order
    ag.check_grads(call, args)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: ag.arange(2, 8, 3), np.arange(2, 8, 3)),
        (lambda: ag.empty((2, 0)), np.empty((2, 0))),
        (lambda: ag.eye(2, 3, k=1), np.eye(2, 3, k=1)),
        (lambda: ag.full((2,), 1.5), np.full((2,), 1.5)),
        (lambda: ag.linspace(0, 1, 5), np.linspace(0, 1, 5)),
        (lambda: ag.ones(3, dtype=ag.float32), np.ones(3, np.float32)),
        (lambda: ag.zeros(()), np.zeros(())),
        (lambda: ag.asarray([1, 2]), np.array([1, 2])),
    ],
)
def test_creation_functions_give_untracked_tensors(made, expected):
    t = made()
    assert isinstance(t, ag.Tensor)
    assert not t.requires_grad
    np.testing.assert_array_equal(t.value, expected[()], strict=True)


def test_dtypes_and_constants_are_numpys():
    """Those of the Array API standard, which are classes and numbers of NumPy and of Python."""
    assert (ag.int8, ag.int16, ag.int32, ag.int64) == (np.int8, np.int16, np.int32, np.int64)
    assert (ag.uint8, ag.uint16, ag.uint32, ag.uint64) == (np.uint8, np.uint16, np.uint32, np.uint64)
    assert (ag.bool, ag.float32, ag.float64) == (np.bool_, np.float32, np.float64)
    assert (ag.complex64, ag.complex128) == (np.complex64, np.complex128)
    assert (ag.e, ag.pi, ag.inf, ag.newaxis) == (np.e, np.pi, np.inf, None)
    assert np.isnan(ag.nan)


def test_every_error_is_an_autograd_error_and_one_of_python_too():
    """`except ValueError` works for those who have not heard of this package."""
    own = [getattr(ag.errors, name) for name in ag.errors.__all__ if name != "AutogradError"]
    builtin = (ValueError, TypeError, AssertionError, FloatingPointError, ImportError, RuntimeError)
    assert all(issubclass(error, ag.AutogradError) and issubclass(error, builtin) for error in own)
    assert ag.AutogradError is AutogradError
    assert issubclass(ag.GradientMismatch, AssertionError)
    assert issubclass(ag.NonFiniteError, FloatingPointError)


def test_debug_names_the_first_value_that_is_not_finite():
    with pytest.raises(ag.NonFiniteError, match="log"), ag.debug(), np.errstate(all="ignore"):
        ag.log(ag.Var(0.0)) * 2


def test_a_users_linear_operation_has_both_modes():
    double = ag.linear("tests_double", lambda x: 2 * x, lambda g, x: 2 * g)
    try:
        ag.check_grads(double, (X,), complex_step=True)
    finally:
        del OPS["tests_double"]


def test_debug_unlocks_views_of_one_array():
    memory = np.arange(4.0)
    a, b = ag.asarray(memory[:2]), ag.asarray(memory[2:])
    x, y = (ag.Tensor(0.0, requires_grad=True) for _ in range(2))
    with ag.debug():
        (x * a, y * b)
        with pytest.raises(ValueError, match="read-only"):
            memory[0] = 5.0
    memory[0] = 5.0
    b.value[0] = 6.0
    assert memory.tolist() == [5.0, 1.0, 6.0, 3.0]


def test_an_operation_says_what_it_is():
    assert [repr(ag.core.op.OPS[name]) for name in ("sin", "matmul")] == [
        "<elementwise operation sin>",
        "<bilinear operation matmul>",
    ]
