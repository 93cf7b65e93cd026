"""One test a property, each over every operation of the registry. The records are in `domains`."""

import operator
from functools import partial

import numpy as np
import optree
import pytest
from hypothesis import given, strategies as st

import autograd_lite as ag
from autograd_lite.core.rules import OPS
from tests.conftest import all_sizes_in_place, seeded
from tests.support.domains import ANALYTIC, DIFFERENTIABLE, DOMAINS, PLAIN, REAL

SINGLE, DOUBLE = np.float32, np.float64
LINEAR = [name for name in DIFFERENTIABLE if OPS[name].kind == "linear"]
BILINEAR = [name for name in DIFFERENTIABLE if OPS[name].kind == "bilinear"]
HOLES = [name for name in DIFFERENTIABLE if OPS[name].holes]
SINGULAR = [name for name in DIFFERENTIABLE if DOMAINS[name].singular]
COMPLEX = [name for name in DIFFERENTIABLE if DOMAINS[name].numbers != REAL]

# Operations whose rows are independent only when called so.
ROW_BY_ROW = {name: {"axis": 1} for name in ("prod", "var", "std", "softmax", "log_softmax")}
PRODUCTS = {  # x y, by each operation that multiplies matrices
    "matmul": lambda x, y: OPS["matmul"].call(x, y),
    "matmul_nt": lambda x, y: OPS["matmul_nt"].call(x, ag.matrix_transpose(y)),
    "matmul_tn": lambda x, y: OPS["matmul_tn"].call(ag.matrix_transpose(x), y),
    "tensordot": lambda x, y: OPS["tensordot"].call(x, y, axes=1),
    "einsum": lambda x, y: OPS["einsum"].call(x, y, subscripts="ij,jk->ik"),
}

every_operation = pytest.mark.parametrize("name", DIFFERENTIABLE)


class Call:
    """One call of an operation: its arguments, and itself as a function of those that have derivatives."""

    def __init__(self, name, case, uniform, dtype=DOUBLE):
        domain = DOMAINS[name]
        self.call = domain.call or OPS[name].call
        self.options = case.options
        self.values = domain.values(case, uniform, dtype)
        self.which = [i for i, x in enumerate(self.values) if x.dtype.kind in "fc"]

    @property
    def args(self):
        return tuple([self.values[i] for i in self.which])

    def __call__(self, *args):
        full = list(self.values)
        for i, x in zip(self.which, args, strict=True):
            full[i] = x
        return self.call(*full, **self.options)

    def seed(self, rng):
        """Numbers like the output, and zeros nowhere."""
        return noise(rng, self(*self.args))


def noise(rng, like):
    """Normal numbers in the shape and dtype of `like`."""
    out = rng.normal(size=np.shape(like))
    if np.iscomplexobj(like):
        out = out + 1j * rng.normal(size=np.shape(like))
    return np.asarray(out, like.dtype)[()]


def calls(name, dtype=DOUBLE):
    """A call for each of the operation's examples."""
    rng = seeded(name)
    return [Call(name, case, rng.random, dtype) for case in DOMAINS[name].family.examples]


def same(a, b):
    """Equal to rounding: sums in another order differ by a few units in the last place."""
    np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-13)


# -- derivatives ------------------------------------------------------------------------------------------------------


@every_operation
def test_both_modes_agree_with_differences_to_second_order(name):
    """At every example, in double precision; by the complex step too where the operation is analytic."""
    for f in calls(name):
        # log and its like have |f''| near 10 at 0.3: their first step, 0.006, is short enough for its error h**10
        ag.check_grads(f, f.args, order=2, complex_step=DOMAINS[name].numbers == ANALYTIC)


@every_operation
def test_single_precision(name):
    """In single precision too, and with one argument in double beside it."""
    for f in calls(name, SINGLE):
        ag.check_grads(f, f.args, order=2)
        if len(f.args) > 1:
            mixed = (f.args[0].astype(DOUBLE), *f.args[1:])
            ag.check_grads(f, mixed, order=1)


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_numbers(name):
    """Where the operation is defined for complex numbers, along both 1 and i."""
    for f in calls(name, np.complex128):
        ag.check_grads(f, f.args, order=2)
        if len(f.args) > 1:  # a real input beside a complex one: a real gradient
            ag.check_grads(f, (*f.args[:-1], f.args[-1].real), order=1)
            if name != "setitem":  # a complex number has no place in a real array
                ag.check_grads(f, (f.args[0].real, *f.args[1:]), order=1)


@every_operation
@given(data=st.data())
def test_shapes_and_values_drawn(name, data):
    """Shapes, options and values that hypothesis draws."""
    case = data.draw(DOMAINS[name].family.cases, label="case")
    uniform = partial(draw_uniform, data)
    f = Call(name, case, uniform)
    ag.check_grads(f, f.args, order=1)


def draw_uniform(data, shape):
    """Numbers in [0, 1) that shrink to 0."""
    size = int(np.prod(shape))
    numbers = data.draw(st.lists(st.integers(0, 999), min_size=size, max_size=size))
    return np.array(numbers, float).reshape(shape) / 1000


# -- shapes, dtypes, memory -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [SINGLE, DOUBLE])
@every_operation
def test_adjoints_look_like_their_variables(name, dtype):
    """0-d stays 0-d, empty stays empty, single precision stays single precision; a tangent looks like its output."""
    rng = seeded(name)
    for f in calls(name, dtype):
        variables = [ag.Var(x) for x in f.args]
        y = f(*variables)
        assert (y.shape, y.dtype) == (np.shape(f(*f.args)), f(*f.args).dtype)
        y.backward(f.seed(rng))
        for x in variables:
            assert (x.grad.shape, x.grad.dtype) == (x.shape, x.dtype)
            assert isinstance(x.grad.value, type(x.value))
        out, tangent = ag.jvp(f, f.args, f.args)
        assert (np.shape(tangent), tangent.dtype) == (np.shape(out), out.dtype)


@every_operation
def test_adjoints_share_no_memory(name):
    """Neither with each other, nor with the seed, the inputs or the output; and none of these is written to."""
    rng = seeded(name)
    for f in calls(name):
        seed = np.array(f.seed(rng))  # in memory of its own, which a sweep might take for its own
        before, others = np.array(seed), [np.array(x) for x in f.args]
        out, pullback = ag.vjp(f, *f.args)
        alone = pullback(seed)
        variables = [ag.Var(x) for x in f.args]
        f(*variables).backward(seed)
        with all_sizes_in_place():
            _, again = ag.vjp(f, *f.args)
            in_place = [again(seed), again(seed)]
        for gradients in (alone, [x.grad.value for x in variables], *in_place):
            arrays = [np.asarray(g) for g in gradients]
            for i, g in enumerate(arrays):
                assert not any(np.shares_memory(g, other) for other in [*arrays[:i], *f.args, seed, np.asarray(out)])
                assert np.array_equal(g, alone[i], equal_nan=True)
        for x, copy in zip([seed, *f.args], [before, *others], strict=True):
            assert np.array_equal(x, copy, equal_nan=True)


def layouts(x):
    """`x` laid out in memory in other ways, and broadcast from its first entries, each with its contiguous copy."""
    if not np.ndim(x):
        return []
    spread = np.broadcast_to(x[:1], x.shape)
    twice = np.repeat(x, 2, axis=-1)
    arranged = [np.asfortranarray(x), np.ascontiguousarray(x.T).T, np.ascontiguousarray(x[::-1])[::-1], twice[..., ::2]]
    return [(y, np.ascontiguousarray(y)) for y in [*arranged, spread]]


@every_operation
def test_memory_layout_does_not_matter(name):
    """Fortran-ordered, transposed, reversed, strided and broadcast inputs give what their contiguous copies give."""
    rng = seeded(name)
    for f in calls(name):
        seed = f.seed(rng)
        for i, x in enumerate(f.args):
            for arranged, contiguous in layouts(x):
                tangent = noise(rng, x)
                there = derivatives(f, i, arranged, seed, tangent)
                for a, b in zip(there, derivatives(f, i, contiguous, seed, tangent), strict=True):
                    same(a, b)


def derivatives(f, i, x, seed, tangent):
    """The value, the gradients and a tangent of `f` with argument `i` replaced."""
    args = [*f.args[:i], x, *f.args[i + 1 :]]
    directions = [tangent if k == i else np.zeros_like(a) for k, a in enumerate(args)]
    out, pullback = ag.vjp(f, *args)
    return [out, *pullback(seed), ag.jvp(f, args, directions)[1]]


@every_operation
def test_derivatives_are_those_of_a_repeated_argument(name):
    """f(x, x): both contributions arrive."""
    for f in calls(name):
        if len(f.args) == 2 and np.shape(f.args[0]) == np.shape(f.args[1]):
            x = f.args[0]
            seed = noise(seeded(name), f(x, x))
            left, right = ag.vjp(f, x, x)[1](seed)
            same(ag.vjp(lambda x, f=f: f(x, x), x)[1](seed)[0], left + right)


# -- linear and bilinear operations -----------------------------------------------------------------------------------


def inner(a, b):
    """The inner product of two arrays, complex numbers being pairs of real ones."""
    return np.sum(np.conj(a) * b).real


@pytest.mark.parametrize("name", LINEAR)
def test_linear_operations_are_linear_and_their_transposes_transposes(name):
    """A(ax + by) = aAx + bAy; its push is itself; <u, Ax> = <Aᵀu, x>."""
    rng = seeded(name)
    for f in calls(name):
        x = f.args
        y = tuple([noise(rng, a) for a in x])
        tolerance = 1e-6 if f.options.get("dtype") is SINGLE else 1e-13  # a few roundings in the result's dtype
        combined = f(*[2 * a - 3 * b for a, b in zip(x, y, strict=True)])
        np.testing.assert_allclose(combined, 2 * f(*x) - 3 * f(*y), rtol=tolerance, atol=tolerance)
        same(ag.jvp(f, x, y)[1], f(*y))
        seed = f.seed(rng)
        transposed = ag.vjp(f, *x)[1](seed)
        pulled = sum(inner(g, a) for g, a in zip(transposed, y, strict=True))
        np.testing.assert_allclose(inner(seed, f(*y)), pulled, rtol=tolerance, atol=10 * tolerance)


@pytest.mark.parametrize("name", BILINEAR)
def test_bilinear_operations_are_bilinear_and_their_transposes_transposes(name):
    """The same in each argument by itself."""
    rng = seeded(name)
    for f in calls(name):
        x, y = f.args
        s, t, seed = noise(rng, x), noise(rng, y), f.seed(rng)
        same(f(2 * x - 3 * s, y), 2 * f(x, y) - 3 * f(s, y))
        same(f(x, 2 * y - 3 * t), 2 * f(x, y) - 3 * f(x, t))
        same(ag.jvp(f, (x, y), (s, t))[1], f(s, y) + f(x, t))
        gx, gy = ag.vjp(f, x, y)[1](seed)
        same(inner(gx, s), inner(seed, f(s, y)))
        same(inner(gy, t), inner(seed, f(x, t)))


# -- what was not selected contributes nothing ------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOLES)
def test_unselected_entries_contribute_nothing_however_singular(name):
    """The entries that the operation does not use come out of sqrt at 0, where the partial is infinite."""
    for f in calls(name):
        for i, x in enumerate(f.args):
            jacobian = ag.jacobian(lambda x, f=f, i=i: f(*f.args[:i], x, *f.args[i + 1 :]))(x)
            used = np.any(jacobian != 0, axis=tuple(range(np.ndim(jacobian) - np.ndim(x))))
            d = used.astype(float)[()]

            def through(d, f=f, i=i, x=x, used=used):
                return f(*f.args[:i], x - used + ag.sqrt(d), *f.args[i + 1 :])

            plain = ag.grad(lambda d: ag.sum(through(d)))(d)
            assert np.all(plain[~used] == 0) if np.ndim(x) else used or plain == 0
            same(plain, np.where(used, np.sum(jacobian, axis=tuple(range(np.ndim(jacobian) - np.ndim(x)))) / 2, 0))
            same(ag.jvp(lambda d: ag.sum(through(d)), (d,), (np.ones_like(d),))[1], np.sum(plain))
            second = ag.grad(lambda d: ag.sum(ag.grad(lambda d: ag.sum(through(d)))(d)))(d)
            assert np.all(np.where(used, 0, second) == 0)
            assert np.all(np.isfinite(second))


@pytest.mark.parametrize("name", HOLES)
def test_outputs_that_nothing_reaches_stay_untouched_however_singular(name):
    """They come into sqrt at 0. Forward, their zero tangents stay zero; reverse, the infinite adjoints are dropped."""
    for f in calls(name):
        for i, x in enumerate(f.args):

            def alone(x, f=f, i=i):
                return f(*f.args[:i], x, *f.args[i + 1 :])

            tangent = ag.jvp(alone, (x,), (np.ones_like(x),))[1]
            moving, value = np.asarray(tangent != 0, float)[()], alone(x)

            def through(x, alone=alone, value=value, moving=moving):
                return ag.sqrt(alone(x) - value + moving)

            same(ag.jvp(through, (x,), (np.ones_like(x),))[1], tangent / 2)
            same(ag.vjp(through, x)[1](np.ones_like(value))[0], ag.vjp(alone, x)[1](np.asarray(moving / 2)[()])[0])


@pytest.mark.parametrize("name", SINGULAR)
@np.errstate(all="ignore")  # the values of what is not selected overflow
def test_where_hides_singular_partials(name):
    """where(selected, f(x), 0): an entry that was not selected contributes exactly 0, in both modes, at both orders."""
    domain, options = DOMAINS[name], ROW_BY_ROW.get(name, {})
    pairs = [np.array([entries(0.4), bad]) for entries, bad in zip(domain.entries, domain.singular, strict=True)]
    args = [np.stack([x, x / 2], axis=1) for x in pairs] if options else pairs
    selected = np.array([True, False])
    for i, x in enumerate(args):

        def f(x, i=i):
            return OPS[name].call(*args[:i], x, *args[i + 1 :], **options)

        mask = np.reshape(selected, (2,) + (1,) * (np.ndim(f(x)) - 1))
        weights = 1.0 + np.arange(np.shape(f(x))[-1])  # the entries of a softmax sum to a constant: weigh them apart
        rows = np.broadcast_to(np.reshape(selected, (2,) + (1,) * (x.ndim - 1)), x.shape)

        def after(x, f=f, mask=mask, weights=weights):
            return ag.sum(ag.where(mask, f(x), 0.0) * weights)

        def before(x, f=f, rows=rows, bad=x):
            return f(ag.where(rows, x, bad))

        gradient = ag.grad(after)(x)
        second = ag.grad(lambda x, after=after: ag.sum(ag.grad(after)(x) ** 2))(x)
        assert np.all(gradient[0] != 0)
        assert np.all(gradient[1] == 0)
        assert np.all(np.isfinite(second[0]))
        assert np.all(second[1] == 0)
        direction = np.where(rows, 1.0, 0.0)
        same(ag.jvp(after, (x,), (direction,))[1], np.sum(gradient))
        for tangent in (ag.jvp(before, (x,), (np.ones_like(x),))[1], ag.jvp(f, (x,), (direction,))[1]):
            np.testing.assert_allclose(
                np.sum(tangent[0]), np.sum(ag.jvp(f, (x,), (np.ones_like(x),))[1][0]), rtol=1e-13
            )
            assert np.all(tangent[1] == 0)


@pytest.mark.parametrize("name", PRODUCTS)
@np.errstate(invalid="ignore")  # OpenBLAS's kernels for AVX-512 raise this flag for a finite row beside an infinite one
def test_where_hides_infinite_rows_of_a_product(name):
    """where(selected, x @ y, 0): a row of x that was not selected contributes nothing to the adjoint of y."""
    x, y = np.array([[2.0, 3.0], [np.inf, 1.0]]), np.array([[1.0, 4.0], [5.0, 6.0]])

    def masked(x, y, rows=(True, False)):
        return ag.sum(ag.where(np.array(rows)[:, None], PRODUCTS[name](x, y), 0.0))

    gx, gy = ag.grad(masked, argnums=(0, 1))(x, y)
    hx, hy = ag.grad(lambda x, y: masked(x, y, [True]), argnums=(0, 1))(x[:1], y)
    same(gy, hy)
    same(gx, np.concatenate([hx, np.zeros((1, 2))]))


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_zero_tangent_drops_the_infinities_it_meets_in_a_product(name):
    """where(selected, x, 1) @ y: forward, as in reverse, an x that was not selected does not meet its row of y."""
    x, y = np.array([[2.0, 3.0]]), np.array([[1.0, 4.0], [np.inf, 6.0]])
    selected = np.array([[True, False]])

    def left(x):
        return PRODUCTS[name](ag.where(selected, x, 1.0), y)

    def right(x):  # the same product from the other side
        return PRODUCTS[name](y.T, ag.where(selected, x, 1.0).T)

    for f, expected in ((left, y[:1]), (right, y[:1].T)):
        np.testing.assert_array_equal(ag.jvp(f, (x,), (np.ones_like(x),))[1], expected)
        seed = np.ones_like(expected)
        np.testing.assert_array_equal(ag.vjp(f, x)[1](seed)[0], [[5.0, 0.0]])


def test_where_hides_infinite_entries_of_a_convolution():
    """The same where each output entry meets a stretch of both factors."""
    first = np.array([True, False, False])
    x, y = np.array([2.0, np.inf]), np.array([1.0, 3.0])
    total = lambda x, y: ag.sum(ag.where(first, OPS["convolve"].call(x, y), 0.0))
    gx, gy = ag.grad(total, argnums=(0, 1))(x, y)
    np.testing.assert_array_equal([gx, gy], [[1.0, 0.0], [2.0, 0.0]])
    for flipped in (False, True):

        def f(t, flipped=flipped):
            factors = (ag.where(np.array([True, False]), t, 1.0), x)
            return OPS["convolve"].call(*(factors[::-1] if flipped else factors))

        np.testing.assert_array_equal(ag.jvp(f, (y,), (np.ones(2),))[1], [2.0, np.inf, 0.0])


# -- operations without derivatives -----------------------------------------------------------------------------------


# NumPy's names, where they differ: among finite numbers a zero annihilates in any product.
AS_NUMPY_HAS_IT = {"bitwise_invert": "invert", "gated_product": "multiply", "picked_product": "multiply"}


@pytest.mark.parametrize("name", PLAIN)
def test_operations_without_derivatives(name):
    """The same on Tensors as on arrays, as NumPy has it, and nothing is recorded."""
    rng, reference = seeded(name), getattr(np, AS_NUMPY_HAS_IT.get(name, name))
    options = {"stable": True} if name == "argsort" else {}
    for case in DOMAINS[name].family.examples:
        values = DOMAINS[name].values(case, rng.random)
        out = OPS[name].call(*values, **case.options)
        tracked = [ag.Var(x) if x.dtype.kind == "f" else ag.Tensor(x) for x in values]
        y = OPS[name].call(*tracked, **case.options)
        assert isinstance(y, ag.Tensor)
        assert not y.requires_grad
        expected = reference(*values, **case.options, **options)
        for got in (out, y.value):
            assert (np.shape(got), got.dtype) == (np.shape(expected), expected.dtype)
            assert name == "empty_like" or np.array_equal(got, expected)


@pytest.mark.parametrize("name", sorted(name for name in DOMAINS if DOMAINS[name].call is None))
def test_nested_lists_and_numbers_are_taken_as_arrays(name):
    """As NumPy takes them. Empty ones say neither their shape nor their dtype; an empty sample has no list."""
    rng, call = seeded(name), OPS[name].call
    for case in DOMAINS[name].family.examples:
        values = DOMAINS[name].values(case, rng.random)
        if name != "empty_like" and all([x.size for x in values]):
            for got, expected in zip(
                optree.tree_leaves(call(*[x.tolist() for x in values], **case.options)),
                optree.tree_leaves(call(*values, **case.options)),
                strict=True,
            ):
                assert np.shape(got) == np.shape(expected)
                np.testing.assert_allclose(
                    got, expected, rtol=1e-15
                )  # Python's loop or NumPy's vector loop: 4 roundings


MATRIX, VECTOR = [[2.0, 1.0], [1.0, 3.0]], [1.0, 2.0]
ON_LISTS = [
    *[(f, (MATRIX,), {}) for f in (ag.permute_dims, ag.unstack, ag.linalg.trace, ag.linalg.det, ag.linalg.inv)],
    *[(f, (MATRIX,), {}) for f in (ag.linalg.qr, ag.linalg.svd, ag.linalg.pinv, ag.linalg.slogdet, ag.linalg.eigh)],
    *[(f, (MATRIX, VECTOR), {}) for f in (ag.linalg.solve, ag.vecdot, ag.matmul)],
    (ag.moveaxis, (MATRIX, 0, 1), {}),
    (ag.take, (VECTOR, [1, 0]), {}),
    (ag.take_along_axis, (MATRIX, [[1], [0]]), {"axis": 1}),
    (ag.broadcast_to, (2.0, (3,)), {}),
    (ag.broadcast_to, (2, (10_000,)), {}),
    (ag.mean, (2.0,), {}),
]


def test_a_list_after_an_array_is_taken_as_an_array():
    x, w, b = np.ones((2, 3)), np.arange(12.0).reshape(4, 3), np.arange(4.0)
    for first in (x, ag.asarray(x)):
        np.testing.assert_array_equal(ag.affine(first, w.tolist(), b.tolist()), ag.affine(x, w, b))


@pytest.mark.parametrize(("f", "args", "options"), ON_LISTS, ids=[f.__name__ for f, _, _ in ON_LISTS])
def test_functions_made_of_operations_take_lists_and_numbers_too(f, args, options):
    found = optree.tree_leaves(f(*args, **options))
    expected = optree.tree_leaves(f(np.asarray(args[0]), *args[1:], **options))
    for got, same_of_array in zip(found, expected, strict=True):
        assert got.dtype == same_of_array.dtype
        np.testing.assert_array_equal(got, same_of_array)


@pytest.mark.parametrize(
    "f", [ag.asarray, ag.Tensor, ag.sum, ag.mean, ag.exp, ag.linalg.inv, lambda xs: ag.Var(1.0) + xs]
)
def test_a_list_of_tracked_tensors_is_an_error_that_says_what_makes_an_array_of_them(f):
    with pytest.raises(ag.errors.TrackedError, match=r"lose its tape.*ag\.stack"):
        f([[ag.Var(1.0)]])


class Own(np.ndarray):
    """A subclass of NumPy's array, as users have them."""


@pytest.mark.parametrize("f", [ag.sum, ag.mean])
def test_a_subclass_of_numpys_array_stays_one(f):
    assert type(f(np.ones((2, 3)).view(Own), axis=0)) is Own


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_a_masked_array_is_an_error_since_its_mask_would_be_lost(name):
    """Beside arrays and beside variables, whichever argument it is."""
    rng, call = seeded(name), DOMAINS[name].call or OPS[name].call
    case = next(iter(DOMAINS[name].family.examples))
    values = DOMAINS[name].values(case, rng.random)
    for beside in (values, [ag.Var(x) if x.dtype.kind in "fc" else x for x in values]):
        for i, x in enumerate(values):
            masked = np.ma.array(x, mask=np.zeros(x.shape, bool))
            with pytest.raises(TypeError, match=r"mask would be lost.*x\.filled"):
                call(*beside[:i], masked, *beside[i + 1 :], **case.options)


MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])


@pytest.mark.parametrize(
    "f",
    [
        ag.Var,
        ag.asarray,
        ag.std,
        ag.diff,
        lambda m: ag.dot(m, 2.0),
        ag.histogram,
        ag.unstack,
        ag.linalg.norm,
        ag.grad(ag.sum),
        lambda m: setattr(ag.Var([1.0, 2.0, 3.0]), "value", m),
        lambda m: ag.Var(1.0) * m,
        lambda m: ag.Var([1.0, 2.0, 3.0]) < m,
        lambda m: np.add(m, ag.Var(1.0)),
        lambda m: ag.Var([1.0, 2.0, 3.0]).__setitem__(slice(0, 3), m),
        lambda m: ag.Var(1.0) + m[1],  # np.ma.masked
    ],
)
def test_a_masked_array_goes_in_nowhere(f):
    with pytest.raises(TypeError, match=r"mask would be lost.*x\.filled"):
        f(MASKED)


@pytest.mark.parametrize(
    "f", [ag.vecdot, ag.permute_dims, ag.moveaxis, ag.unstack, ag.linalg.trace, ag.take, ag.take_along_axis]
)
@pytest.mark.parametrize("what", ["x", None, {"a": 1.0}])
def test_what_is_no_array_is_an_error_that_says_so(f, what):
    more = {ag.vecdot: (VECTOR,), ag.moveaxis: (0, 1), ag.take: ([0],), ag.take_along_axis: ([[0]],)}.get(f, ())
    with pytest.raises(TypeError, match=r"a Tensor holds numbers; (str|NoneType|dict) gives dtype"):
        f(what, *more)


def test_einsum_without_operands_is_an_error_that_says_so():
    with pytest.raises(ValueError, match="einsum: 'ij->i' has no operand"):
        ag.einsum("ij->i")


@pytest.mark.parametrize("f", [ag.multiply, operator.mul, lambda x, y: ag.where(True, x, y)])
@pytest.mark.parametrize("zero_first", [True, False])
def test_a_python_zero_takes_the_dtype_of_the_array_it_meets(f, zero_first):
    """So that no rule has to ask whether an exponent, say, is a Python zero."""
    x = ag.Var(np.ones(2, np.float32))
    y = f(0, x) if zero_first else f(x, 0)
    assert y.dtype == np.float32
    assert {type(arg.value) for arg in y._row.args} <= {bool, np.ndarray, np.float32}


def test_products_in_which_a_zero_annihilates():
    inf, nan = np.inf, np.nan
    with np.errstate(invalid="ignore"):
        gated = OPS["gated_product"].call(np.array([0.0, inf, 2.0, 0.0, nan]), np.array([inf, 0.0, inf, nan, 1.0]))
        picked = OPS["picked_product"].call(np.array([inf, 0.0, nan, 3.0]), np.array([0.0, inf, 0.0, 1.0]))
    np.testing.assert_array_equal(gated, [0.0, 0.0, inf, 0.0, nan])
    np.testing.assert_array_equal(picked, [0.0, nan, 0.0, 3.0])


PROPERTIES = [
    (test_both_modes_agree_with_differences_to_second_order, DIFFERENTIABLE),
    (partial(test_adjoints_look_like_their_variables, dtype=SINGLE), DIFFERENTIABLE),
    (test_complex_numbers, COMPLEX),
    (test_linear_operations_are_linear_and_their_transposes_transposes, LINEAR),
    (test_bilinear_operations_are_bilinear_and_their_transposes_transposes, BILINEAR),
    (test_unselected_entries_contribute_nothing_however_singular, HOLES),
    (test_outputs_that_nothing_reaches_stay_untouched_however_singular, HOLES),
    (test_where_hides_singular_partials, SINGULAR),
    (test_where_hides_infinite_rows_of_a_product, PRODUCTS),
    (test_a_zero_tangent_drops_the_infinities_it_meets_in_a_product, PRODUCTS),
    (lambda name: test_where_hides_infinite_entries_of_a_convolution(), ["convolve"]),
]
"""What the mutation check runs on each operation, the most likely to fail first."""
