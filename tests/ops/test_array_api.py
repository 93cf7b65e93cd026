"""The Array API standard 2024.12: its names, their signatures, and its dtype rules, against array-api-strict."""

import inspect

import array_api_strict as strict
import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import TrackedError

STANDARD = [
    "e",
    "inf",
    "nan",
    "newaxis",
    "pi",
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "__array_namespace_info__",
    "__array_api_version__",
    "arange",
    "asarray",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "full",
    "full_like",
    "linspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tril",
    "triu",
    "zeros",
    "zeros_like",
    "astype",
    "can_cast",
    "finfo",
    "iinfo",
    "isdtype",
    "result_type",
    "abs",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_invert",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "ceil",
    "clip",
    "conj",
    "copysign",
    "cos",
    "cosh",
    "divide",
    "equal",
    "exp",
    "expm1",
    "floor",
    "floor_divide",
    "greater",
    "greater_equal",
    "hypot",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "nextafter",
    "not_equal",
    "positive",
    "pow",
    "real",
    "reciprocal",
    "remainder",
    "round",
    "sign",
    "signbit",
    "sin",
    "sinh",
    "square",
    "sqrt",
    "subtract",
    "tan",
    "tanh",
    "trunc",
    "take",
    "take_along_axis",
    "matmul",
    "matrix_transpose",
    "tensordot",
    "vecdot",
    "broadcast_arrays",
    "broadcast_to",
    "concat",
    "expand_dims",
    "flip",
    "moveaxis",
    "permute_dims",
    "repeat",
    "reshape",
    "roll",
    "squeeze",
    "stack",
    "tile",
    "unstack",
    "argmax",
    "argmin",
    "count_nonzero",
    "nonzero",
    "searchsorted",
    "where",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "argsort",
    "sort",
    "cumulative_prod",
    "cumulative_sum",
    "max",
    "mean",
    "min",
    "prod",
    "std",
    "sum",
    "var",
    "all",
    "any",
    "diff",
]
LINALG = [
    "cholesky",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "inv",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "trace",
    "vecdot",
    "vector_norm",
]
FFT = [
    "fft",
    "ifft",
    "fftn",
    "ifftn",
    "rfft",
    "irfft",
    "rfftn",
    "irfftn",
    "hfft",
    "ihfft",
    "fftfreq",
    "rfftfreq",
    "fftshift",
    "ifftshift",
]
ARRAY = [
    "dtype",
    "device",
    "mT",
    "ndim",
    "shape",
    "size",
    "T",
    "__abs__",
    "__add__",
    "__and__",
    "__array_namespace__",
    "__bool__",
    "__complex__",
    "__dlpack__",
    "__dlpack_device__",
    "__eq__",
    "__float__",
    "__floordiv__",
    "__ge__",
    "__getitem__",
    "__gt__",
    "__index__",
    "__int__",
    "__invert__",
    "__le__",
    "__lshift__",
    "__lt__",
    "__matmul__",
    "__mod__",
    "__mul__",
    "__ne__",
    "__neg__",
    "__or__",
    "__pos__",
    "__pow__",
    "__rshift__",
    "__setitem__",
    "__sub__",
    "__truediv__",
    "__xor__",
    "to_device",
    "__iadd__",
    "__isub__",
    "__imul__",
    "__itruediv__",
    "__ifloordiv__",
    "__ipow__",
    "__imod__",
    "__imatmul__",
    "__iand__",
    "__ior__",
    "__ixor__",
    "__ilshift__",
    "__irshift__",
    "__radd__",
    "__rsub__",
    "__rmul__",
    "__rtruediv__",
    "__rfloordiv__",
    "__rpow__",
    "__rmod__",
    "__rmatmul__",
    "__rand__",
    "__ror__",
    "__rxor__",
    "__rlshift__",
    "__rrshift__",
]

FUNCTIONS = [("", n) for n in STANDARD if callable(getattr(strict, n)) and not inspect.isclass(getattr(strict, n))]
FUNCTIONS += [("linalg", n) for n in LINALG] + [("fft", n) for n in FFT]
"""By their place in the namespace."""


def found(space, place, name):
    return getattr(getattr(space, place) if place else space, name)


@pytest.mark.parametrize(("place", "names"), [("", STANDARD), ("linalg", LINALG), ("fft", FFT)])
def test_every_name_of_the_standard_is_there(place, names):
    space = getattr(ag, place) if place else ag
    assert [n for n in names if not hasattr(space, n)] == []
    assert [
        n for n in names if not hasattr(getattr(strict, place) if place else strict, n)
    ] == []  # no slip in the lists


def test_every_attribute_of_the_standard_is_on_tensors():
    assert [n for n in ARRAY if not hasattr(ag.Tensor, n)] == []
    assert ag.Tensor(1.0).__array_namespace__() is ag
    assert ag.Tensor(1.0).__array_namespace__(api_version="2024.12") is ag


@pytest.mark.parametrize(("place", "name"), FUNCTIONS, ids=lambda x: x)
def test_signatures(place, name):
    """What the standard takes by name can be given by name, what it takes by position by position."""
    theirs = inspect.signature(found(strict, place, name)).parameters.values()
    mine = inspect.signature(found(ag, place, name)).parameters.values()
    anything = {p.kind for p in mine} & {inspect.Parameter.VAR_KEYWORD}
    names = [p.name for p in mine if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    for p in theirs:
        if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD):
            assert p.name in names or anything, p.name
    places = [p for p in mine if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in theirs if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    assert len(places) >= len(needed)
    assert not {p.kind for p in theirs} & {inspect.Parameter.VAR_POSITIONAL} - {p.kind for p in mine}


@pytest.mark.parametrize("name", ["__dlpack__", "__dlpack_device__", "to_device", "__array_namespace__"])
def test_signatures_of_methods(name):
    theirs = inspect.signature(getattr(type(strict.ones(1)), name)).parameters
    mine = inspect.signature(getattr(ag.Tensor, name)).parameters
    assert [n for n in theirs if n != "self" and n not in mine] == []


# -- dtypes -----------------------------------------------------------------------------------------------------------

DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
FLOATS, NUMBERS = "float32 float64 complex64 complex128", "int8 uint16 int64 float32 complex64"
REALS = "int8 uint16 int64 float32"
SAMPLES = [
    *[(name, FLOATS) for name in ("sin", "exp", "sqrt", "log1p", "tanh", "conj", "mean")],
    *[(name, NUMBERS) for name in ("negative", "square", "abs", "sign", "prod", "sum")],
    *[(name, REALS) for name in ("sort", "argsort", "max", "cumulative_sum", "cumulative_prod", "diff")],
    *[(name, "int32 float32 bool") for name in ("unique_values", "flip", "nonzero", "all", "count_nonzero")],
    ("logical_not", "bool"),
]


def same_dtype(mine, theirs):
    return str(np.dtype(mine)) == str(theirs).rpartition(".")[2]


@pytest.mark.parametrize(("name", "dtypes"), SAMPLES)
def test_dtypes_of_results(name, dtypes):
    for dtype in dtypes.split():
        x, t = ag.asarray([1, 0, 1], dtype=getattr(ag, dtype)), strict.asarray([1, 0, 1], dtype=getattr(strict, dtype))
        mine, theirs = getattr(ag, name)(x), getattr(strict, name)(t)
        mine, theirs = (mine[0], theirs[0]) if isinstance(theirs, tuple) else (mine, theirs)
        assert isinstance(mine, ag.Tensor)
        assert mine.shape == theirs.shape
        assert same_dtype(mine.dtype, theirs.dtype), (name, dtype)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int64", "float32"])
@pytest.mark.parametrize("initial", [False, True])
def test_a_dtype_that_is_asked_for_is_kept(dtype, initial):
    """NumPy accumulates small integers as large ones; asked for small ones, it lets them run over."""
    x = np.array([100, 3, 0], dtype)
    for f, theirs in ((ag.cumulative_sum, np.cumulative_sum), (ag.cumulative_prod, np.cumulative_prod)):
        y = f(ag.asarray(x), dtype=getattr(ag, dtype), include_initial=initial)
        expected = theirs(x, dtype=dtype, include_initial=initial)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y.value, expected)
    for f, theirs in ((ag.sum, np.sum), (ag.prod, np.prod)):
        y = f(ag.asarray(x), dtype=getattr(ag, dtype))
        assert (y.dtype, y.item()) == (dtype, theirs(x, dtype=dtype))
    for order in (0, 1, 2, np.inf):
        if dtype == "float32":
            assert ag.linalg.vector_norm(ag.asarray(x), ord=order).dtype == dtype


@pytest.mark.parametrize("left", DTYPES)
def test_promotion(left):
    for right in DTYPES:
        try:
            expected = strict.result_type(getattr(strict, left), getattr(strict, right))
        except TypeError:  # the standard leaves it open
            continue
        assert same_dtype(ag.result_type(getattr(ag, left), getattr(ag, right)), expected)
        if left != "bool":
            x, y = ag.ones(2, dtype=getattr(ag, left)), ag.ones(2, dtype=getattr(ag, right))
            assert same_dtype((x * y).dtype, expected)
    assert ag.result_type(ag.ones(1, dtype=ag.float32), 2.0) == ag.float32


def test_what_is_known_of_dtypes():
    for name in ("float32", "float64", "complex64"):
        mine, theirs = ag.finfo(getattr(ag, name)), strict.finfo(getattr(strict, name))
        for field in ("bits", "eps", "max", "min", "smallest_normal"):
            assert getattr(mine, field) == getattr(theirs, field)
            assert type(getattr(mine, field)) in (int, float)
    assert ag.finfo(ag.Var(1.0)).dtype == ag.float64
    assert (ag.iinfo(ag.int8).min, ag.iinfo(ag.Tensor([1])).bits) == (-128, 64)
    assert ag.can_cast(ag.int32, ag.float64)
    assert not ag.can_cast(ag.Var(1.0), ag.int64)
    assert ag.isdtype(ag.float32, "real floating")
    assert ag.isdtype(ag.Var(1.0).dtype, (ag.float64, "bool"))
    info = ag.__array_namespace_info__()
    assert set(info.dtypes(kind="real floating")) == {"float32", "float64"}
    assert info.default_dtypes()["real floating"] == ag.float64


def test_exchange_with_other_libraries():
    x = ag.Tensor([1.0, 2.0])
    np.testing.assert_array_equal(np.from_dlpack(x), [1, 2])
    assert x.__dlpack_device__() == (1, 0)
    y = ag.from_dlpack(np.arange(3))
    assert isinstance(y, ag.Tensor)
    v = ag.Var([1.0])
    assert ag.from_dlpack(v) is v
    with pytest.raises(TrackedError, match="DLPack"):
        np.from_dlpack(v)
    assert x.to_device("cpu") is x
    with pytest.raises(ValueError, match="to_device"):
        x.to_device("gpu")


def test_shifts_and_the_next_number():
    x = ag.asarray([1, 2])
    for y, expected in [(x << 1, [2, 4]), (x >> 1, [0, 1]), (1 << x, [2, 4]), (ag.bitwise_left_shift(x, 2), [4, 8])]:
        np.testing.assert_array_equal(y.value, expected)
    x <<= 1
    np.testing.assert_array_equal(ag.bitwise_right_shift(x, 1).value, [1, 2])
    assert ag.grad(ag.nextafter, argnums=(0, 1))(1.0, 2.0) == (1, 0)


def test_unique_results_have_names():
    x = ag.Var([3.0, 1.0, 3.0])
    assert ag.unique_all(x)._fields == ("values", "indices", "inverse_indices", "counts")
    np.testing.assert_array_equal(ag.unique_counts(x).counts.value, [1, 2])
    np.testing.assert_array_equal(ag.unique_inverse(x).inverse_indices.value, [1, 0, 1])


def test_containers_and_lengths():
    x, y = ag.Var([1.0, 2.0]), ag.Var([3.0, 4.0, 5.0])
    assert type(ag.meshgrid(x, y)) is list
    assert type(np.meshgrid(x, y)) is tuple  # NumPy's own since 2.0
    for left, right in ((np.ones(0), np.ones(1)), (np.ones((2, 1)), np.ones((2, 3)))):  # which would broadcast
        with pytest.raises(ValueError, match="vecdot"):
            ag.vecdot(ag.asarray(left), ag.asarray(right))
        with pytest.raises(ValueError, match="vecdot"):
            np.vecdot(ag.asarray(left), ag.asarray(right))


INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(("z", "expected"), [
    ((0.0, 0.0), (0, 0)), ((-0.0, 0.0), (0, 0)), ((0.0, -0.0), (0, -0.0)), ((NAN, 0.0), (NAN, 0)),
    ((INF, 0.0), (INF, 0)),
    ((INF, 1.0), (INF, INF)), ((INF, 2.0), (-INF, INF)), ((INF, INF), (INF, NAN)), ((INF, NAN), (INF, NAN)),
    ((-INF, 1.0), (-1, 0)), ((-INF, INF), (-1, 0)), ((-INF, NAN), (-1, 0)), ((NAN, 1.0), (NAN, NAN)),
])  # fmt: skip
def test_expm1_of_complex_numbers_at_the_edges(z, expected):
    """The standard's special cases; NumPy's own gives NaN in half of them."""
    for dtype in (np.complex64, np.complex128):
        for x in (np.full(3, complex(*z), dtype), dtype(complex(*z))):
            with np.errstate(over="ignore"):
                found = ag.expm1(ag.asarray(x))
            assert found.dtype == dtype
            for part, value in zip((found.value.real, found.value.imag), expected, strict=True):
                np.testing.assert_array_equal(part, np.full_like(part, value))
                if value == 0:
                    assert (np.signbit(part) == np.signbit(float(value))).all()
