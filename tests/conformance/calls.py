"""What each function of the Array API standard is called with: strategies, function by function.

A family draws a call: its arguments, with NumPy's arrays where arrays go and dtypes by name, and its options.
"""

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

import hypothesis.extra.numpy as npst
import numpy as np
from hypothesis import strategies as st

from autograd_lite.arrays.libraries import dtype_name

# -- what is drawn ----------------------------------------------------------------------------------------------------

SIGNED, UNSIGNED = ["int8", "int16", "int32", "int64"], ["uint8", "uint16", "uint32", "uint64"]
REAL, COMPLEX = ["float32", "float64"], ["complex64", "complex128"]
INTEGERS, FLOATS = SIGNED + UNSIGNED, REAL + COMPLEX
NUMBERS, ALL = INTEGERS + FLOATS, ["bool", *INTEGERS, *FLOATS]
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
FULL = npst.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3)
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, np.inf, -np.inf, np.nan]


def entries(dtype, special=True):
    """Small numbers, so that nothing overflows; for floating-point dtypes the special ones too."""
    if dtype == "bool":
        return st.booleans()
    if dtype in INTEGERS:
        return st.integers(0 if dtype in UNSIGNED else -8, 8)
    real = st.floats(-8, 8, width=32, allow_subnormal=False)  # array-api-strict divides by them, which overflows
    real = real | st.sampled_from(SPECIAL) if special else real
    return real if dtype in REAL else st.builds(complex, real, real)


def arrays(dtypes, shapes=SHAPES, special=True):
    """NumPy arrays of one of the dtypes."""
    return st.sampled_from(dtypes).flatmap(lambda d: npst.arrays(d, shapes, elements=entries(d, special)))


@st.composite
def pairs(draw, dtypes, special=True):
    """Two arrays of dtypes of one kind, whose shapes broadcast; or an array and a Python number."""
    kinds = [[d for d in kind if d in dtypes] for kind in (["bool"], SIGNED, UNSIGNED, FLOATS)]
    kind = draw(st.sampled_from([k for k in kinds if k]))
    shapes = draw(npst.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0)).input_shapes
    x, y = [draw(arrays(kind, st.just(shape), special)) for shape in shapes]
    if draw(st.booleans()):
        return x, y
    number = draw(entries(dtype_name(x), special=False))
    return (x, number) if draw(st.booleans()) else (number, x)


def one_axis(x):
    return st.integers(-x.ndim, x.ndim - 1)


def some_axes(x):
    return st.none() | one_axis(x) | npst.valid_tuple_axes(x.ndim, min_size=1) if x.ndim else st.none()


def unary(dtypes):
    return arrays(dtypes).map(lambda x: ((x,), {}))


def binary(dtypes):
    return pairs(dtypes).map(lambda xy: (xy, {}))


@st.composite
def over(draw, dtypes, shapes=SHAPES, special=True, **options):
    x = draw(arrays(dtypes, shapes, special))
    return (x,), {
        "axis": draw(some_axes(x)),
        "keepdims": draw(st.booleans()),
        **{k: draw(v) for k, v in options.items()},
    }


@st.composite
def single(draw, dtypes, special=True, **options):
    """Along one axis."""
    x = draw(arrays(dtypes, FULL, special))
    return (x,), {"axis": draw(one_axis(x)), **{k: draw(v) for k, v in options.items()}}


@st.composite
def drawing(draw, function):
    """From a function of `draw`."""
    return function(draw)


@st.composite
def clipped(draw):
    x = draw(arrays(INTEGERS + REAL, special=False))
    low, high = sorted(draw(st.tuples(*[st.integers(0, 8)] * 2)))
    return (x,), draw(st.sampled_from([{"min": low, "max": high}, {"min": low}, {"max": high}, {}]))


def taken(draw):
    x = draw(arrays(ALL, FULL))
    axis = draw(one_axis(x))
    indices = draw(npst.arrays("int64", st.tuples(st.integers(0, 4)), elements=st.integers(0, x.shape[axis] - 1)))
    return (x, indices), {"axis": axis}


def taken_along(draw):
    x = draw(arrays(ALL, FULL))
    axis = draw(one_axis(x))
    shape = tuple([draw(st.integers(1, 4)) if i == axis % x.ndim else n for i, n in enumerate(x.shape)])
    return (x, draw(npst.arrays("int64", shape, elements=st.integers(0, x.shape[axis] - 1)))), {"axis": axis}


def joined(draw, new):
    x = draw(arrays(ALL, FULL))
    parts = [x] + [draw(arrays([dtype_name(x)], st.just(x.shape))) for _ in range(draw(st.integers(0, 2)))]
    low = -x.ndim - new
    return (parts,), {"axis": draw(st.integers(low, x.ndim - 1 + new))}


def reshaped(draw):
    x = draw(arrays(ALL, FULL))
    return (x, draw(st.permutations([*x.shape, 1]).map(tuple) | st.just((-1,)))), {}


def broadcast(draw):
    x = draw(arrays(ALL, FULL))
    return (x, (*draw(st.lists(st.integers(0, 3), max_size=2)), *x.shape)), {}


def rolled(draw):
    x = draw(arrays(ALL, FULL))
    axis = draw(st.none() | one_axis(x))
    return (x, draw(st.integers(-4, 4))), {"axis": axis}


def flipped(draw):
    x = draw(arrays(ALL))
    return (x,), {"axis": draw(some_axes(x))}


def squeezed(draw):
    x = draw(arrays(ALL, FULL))
    ones = [i for i, n in enumerate(x.shape) if n == 1]
    return (x,), {"axis": draw(st.sampled_from(ones)) if ones else ()}


def moved(draw):
    x = draw(arrays(ALL, FULL))
    return (x, draw(one_axis(x)), draw(one_axis(x))), {}


def repeated(draw):
    x = draw(arrays(ALL, FULL))
    return (x, draw(st.integers(0, 3))), {"axis": draw(st.none() | one_axis(x))}


def tiled(draw):
    return (draw(arrays(ALL)), draw(st.lists(st.integers(0, 2), min_size=1, max_size=3).map(tuple))), {}


def searched(draw):
    dtype = draw(st.sampled_from(REAL + SIGNED))
    x = np.sort(draw(arrays([dtype], st.tuples(st.integers(0, 5)), special=False)))
    return (x, draw(arrays([dtype], special=False))), {"side": draw(st.sampled_from(["left", "right"]))}


def differences(draw):
    x = draw(arrays(INTEGERS + FLOATS, FULL, special=False))
    return (x,), {"axis": draw(one_axis(x)), "n": draw(st.integers(0, 2))}


def meshed(draw):
    dtype = draw(st.sampled_from(NUMBERS))
    vectors = [draw(arrays([dtype], st.tuples(st.integers(0, 3)))) for _ in range(draw(st.integers(1, 3)))]
    return tuple(vectors), {"indexing": draw(st.sampled_from(["xy", "ij"]))}


def chosen(draw):
    x, y = draw(pairs(ALL))
    shape = np.broadcast_shapes(np.shape(x), np.shape(y))
    return (draw(npst.arrays("bool", shape)), x, y), {}


def several(draw):
    return draw(pairs(NUMBERS).filter(lambda xy: all([isinstance(x, np.ndarray) for x in xy]))), {}


def ranged(draw):
    start, n, step = draw(st.integers(-5, 5)), draw(st.integers(0, 5)), draw(st.sampled_from([1, 2, -1]))
    return (start, start + n * step, step), {"dtype": draw(st.none() | st.sampled_from(["int64", "float32"]))}


def spaced(draw):
    ends = (draw(st.integers(-5, 5)), draw(st.integers(-5, 5)), draw(st.integers(0, 5)))
    return ends, {"endpoint": draw(st.booleans()), "dtype": draw(st.sampled_from([None, "float32", "float64"]))}


def shaped(draw):
    return (draw(SHAPES),), {"dtype": draw(st.none() | st.sampled_from(ALL))}


def filled(draw):
    return (draw(SHAPES), draw(st.integers(0, 5))), {"dtype": draw(st.none() | st.sampled_from(NUMBERS))}


def alike(draw, *more):
    return (draw(arrays(NUMBERS)), *[draw(m) for m in more]), {"dtype": draw(st.none() | st.sampled_from(NUMBERS))}


def unit(draw):
    sizes = draw(st.integers(0, 3)), draw(st.none() | st.integers(0, 3))
    return sizes, {"k": draw(st.integers(-2, 2)), "dtype": draw(st.none() | st.sampled_from(NUMBERS))}


def matrices(draw, dtypes=FLOATS, square=True, positive=False):
    """Well-conditioned, and stacks of them."""
    m = draw(st.integers(1, 3))
    n = m if square else draw(st.integers(1, 3))
    shape = (*draw(st.lists(st.integers(0, 2), max_size=1)), m, n)
    x = draw(arrays(dtypes, st.just(shape), special=False)) / 40
    x = (x + np.conj(np.matrix_transpose(x))) / 2 if positive else x
    return (x + np.diag(1.0 + np.arange(max(m, n)))[:m, :n]).astype(x.dtype)


def matrix(**how):
    return drawing(lambda draw: ((matrices(draw, **how),), {}))


def products(draw):
    dtype = draw(st.sampled_from(NUMBERS))
    shapes = draw(npst.mutually_broadcastable_shapes(signature="(m?,n),(n,p?)->(m?,p?)", max_dims=1, max_side=3))
    return tuple([draw(arrays([dtype], st.just(s), special=False)) for s in shapes.input_shapes]), {}


def vectors(draw, length=None):
    x = draw(arrays(NUMBERS, FULL if length is None else st.just((2, length)), special=False))
    return (x, draw(arrays([dtype_name(x)], st.just(x.shape), special=False))), {}


def transformed(draw, dtypes=COMPLEX, length="n"):
    x = draw(arrays(dtypes, FULL, special=False))
    norm = draw(st.sampled_from(["backward", "ortho", "forward"]))
    return (x,), {length: draw(st.none() | st.integers(2, 4)), "axis": draw(one_axis(x)), "norm": norm}


def transformed_all(draw, dtypes=COMPLEX):
    x = draw(arrays(dtypes, npst.array_shapes(min_dims=1, max_dims=3, min_side=2, max_side=3), special=False))
    return (x,), {"axes": (draw(one_axis(x)),), "norm": draw(st.sampled_from(["backward", "ortho", "forward"]))}


NUMERIC = over(NUMBERS, special=False)
FAMILIES = {
    # entry by entry
    **dict.fromkeys(["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "expm1"], unary(FLOATS)),
    **dict.fromkeys(["log", "log1p", "log2", "log10", "reciprocal", "sin", "sinh", "sqrt", "tan", "tanh"], unary(FLOATS)),
    **dict.fromkeys(["abs", "conj", "isfinite", "isinf", "isnan", "negative", "positive", "square"], unary(NUMBERS)),
    "sign": (arrays(INTEGERS + REAL) | arrays(COMPLEX, special=False)).map(lambda x: ((x,), {})),  # of infinities it is open
    **dict.fromkeys(["ceil", "floor", "trunc"], unary(INTEGERS + REAL)),
    **dict.fromkeys(["imag", "real"], unary(COMPLEX)),
    **dict.fromkeys(["round"], unary(NUMBERS)),
    **dict.fromkeys(["signbit"], unary(REAL)),
    **dict.fromkeys(["bitwise_invert"], unary(["bool", *INTEGERS])),
    **dict.fromkeys(["logical_not"], unary(["bool"])),
    **dict.fromkeys(["add", "multiply", "subtract"], binary(NUMBERS)),
    **dict.fromkeys(["divide"], binary(FLOATS)),
    **dict.fromkeys(["atan2", "copysign", "hypot", "logaddexp", "nextafter"], binary(REAL)),
    **dict.fromkeys(["equal", "not_equal"], binary(ALL)),
    **dict.fromkeys(["greater", "greater_equal", "less", "less_equal"], binary(INTEGERS + REAL)),
    **dict.fromkeys(["floor_divide", "maximum", "minimum", "remainder"], binary(INTEGERS + REAL)),
    **dict.fromkeys(["pow"], binary(UNSIGNED + REAL)),
    **dict.fromkeys(["bitwise_and", "bitwise_or", "bitwise_xor"], binary(["bool", *INTEGERS])),
    **dict.fromkeys(["bitwise_left_shift", "bitwise_right_shift"], binary(UNSIGNED)),
    **dict.fromkeys(["logical_and", "logical_or", "logical_xor"], binary(["bool"])),
    "clip": clipped(),
    "where": drawing(chosen),
    # reductions
    **dict.fromkeys(["sum", "prod"], over(NUMBERS, special=False, dtype=st.none() | st.sampled_from(["float64", "complex128"]))),
    **dict.fromkeys(["max", "min"], over(INTEGERS + REAL, FULL)),
    **dict.fromkeys(["mean"], over(FLOATS, FULL, special=False)),
    **dict.fromkeys(["std", "var"], over(REAL, FULL, special=False, correction=st.sampled_from([0.0, 0.5]))),
    **dict.fromkeys(["all", "any", "count_nonzero"], over(ALL)),
    **dict.fromkeys(["argmax", "argmin"], single(INTEGERS + REAL, keepdims=st.booleans(), special=False)),
    **dict.fromkeys(["argsort", "sort"], single(INTEGERS + REAL, special=False, descending=st.booleans())),
    **dict.fromkeys(["cumulative_sum", "cumulative_prod"], single(NUMBERS, special=False, include_initial=st.booleans())),
    "diff": drawing(differences),
    # moving and choosing entries
    "broadcast_arrays": drawing(several),
    "broadcast_to": drawing(broadcast),
    "concat": drawing(lambda draw: joined(draw, 0)),
    "stack": drawing(lambda draw: joined(draw, 1)),
    "expand_dims": single(ALL),
    "flip": drawing(flipped),
    "moveaxis": drawing(moved),
    "permute_dims": drawing(lambda draw: (lambda x: ((x, tuple(draw(st.permutations(range(x.ndim))))), {}))(draw(arrays(ALL)))),
    "repeat": drawing(repeated),
    "reshape": drawing(reshaped),
    "roll": drawing(rolled),
    "squeeze": drawing(squeezed),
    "tile": drawing(tiled),
    "unstack": single(ALL),
    "take": drawing(taken),
    "take_along_axis": drawing(taken_along),
    "nonzero": arrays(ALL, FULL).map(lambda x: ((x,), {})),
    "searchsorted": drawing(searched),
    **dict.fromkeys(["unique_all", "unique_counts", "unique_inverse", "unique_values"], arrays(ALL, special=False).map(lambda x: ((x,), {}))),
    **dict.fromkeys(["tril", "triu"], drawing(lambda draw: ((draw(arrays(NUMBERS, npst.array_shapes(min_dims=2, max_dims=3, min_side=0))),), {"k": draw(st.integers(-2, 2))}))),
    # creation
    "arange": drawing(ranged),
    "asarray": arrays(ALL).map(lambda x: ((x,), {})),
    "astype": drawing(lambda draw: ((draw(arrays(INTEGERS + REAL, special=False)), draw(st.sampled_from(INTEGERS + FLOATS))), {})),
    "eye": drawing(unit),
    "from_dlpack": arrays(NUMBERS).map(lambda x: ((x,), {})),
    "full": drawing(filled),
    "full_like": drawing(lambda draw: alike(draw, st.integers(0, 5))),
    "linspace": drawing(spaced),
    "meshgrid": drawing(meshed),
    **dict.fromkeys(["empty", "ones", "zeros"], drawing(shaped)),
    **dict.fromkeys(["empty_like", "ones_like", "zeros_like"], drawing(alike)),
    # linear algebra
    **dict.fromkeys(["matmul"], drawing(products)),
    **dict.fromkeys(["vecdot"], drawing(vectors)),
    **dict.fromkeys(["cross"], drawing(lambda draw: vectors(draw, 3))),
    **dict.fromkeys(["outer"], drawing(lambda draw: (lambda x: ((x, x[::-1]), {}))(draw(arrays(NUMBERS, st.tuples(st.integers(0, 3)), special=False))))),
    **dict.fromkeys(["tensordot"], drawing(lambda draw: (vectors(draw)[0], {"axes": 0}))),
    **dict.fromkeys(["matrix_transpose", "diagonal", "trace"], matrix(dtypes=FLOATS, square=False)),
    **dict.fromkeys(["cholesky"], matrix(positive=True)),
    **dict.fromkeys(["eigvalsh"], matrix(positive=True)),
    **dict.fromkeys(["det", "inv", "slogdet"], matrix()),
    **dict.fromkeys(["matrix_norm", "matrix_rank", "pinv", "svdvals"], matrix(square=False)),
    "matrix_power": drawing(lambda draw: ((matrices(draw), draw(st.integers(-2, 3))), {})),
    "solve": drawing(lambda draw: (lambda a: ((a, a[..., :1]), {}))(matrices(draw))),
    "vector_norm": over(FLOATS, FULL, special=False, ord=st.sampled_from([1, 2, 3, np.inf, -np.inf])),
    # Fourier transforms
    **dict.fromkeys(["fft", "ifft", "hfft", "irfft"], drawing(transformed)),
    **dict.fromkeys(["rfft", "ihfft"], drawing(lambda draw: transformed(draw, REAL))),
    **dict.fromkeys(["fftn", "ifftn", "irfftn"], drawing(transformed_all)),
    "rfftn": drawing(lambda draw: transformed_all(draw, REAL)),
    **dict.fromkeys(["fftfreq", "rfftfreq"], st.integers(1, 6).map(lambda n: ((n,), {"d": 0.5}))),
    **dict.fromkeys(["fftshift", "ifftshift"], arrays(FLOATS, FULL, special=False).map(lambda x: ((x,), {}))),
}  # fmt: skip
"""What each function of the standard is called with."""

ELSEWHERE = {
    **dict.fromkeys(
        ["can_cast", "finfo", "iinfo", "isdtype", "result_type", "__array_namespace_info__"], "of dtypes: below"
    ),
    **dict.fromkeys(["eigh", "svd", "qr"], "unique up to signs: the factors' product is compared below"),
}
EXACT = {"nextafter", "copysign", "sign", "abs", "negative", "round", "trunc", "floor", "ceil"}
