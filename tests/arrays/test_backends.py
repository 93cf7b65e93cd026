"""The same operations over the arrays of other libraries, against what they give over NumPy's.

NumPy's derivatives are checked by differences in `test_registry`. array-api-strict, which has the standard and nothing
else, is always tested; PyTorch, JAX and Dask where they are installed.
"""

import importlib
import importlib.util
import warnings
from dataclasses import dataclass, field

import array_api_strict as strict
import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays import kernels
from autograd_lite.arrays.libraries import on_host
from autograd_lite.core.rules import OPS
from autograd_lite.errors import NotDifferentiableError
from tests.conftest import seeded
from tests.ops.test_registry import SINGLE, calls, noise
from tests.support.domains import DIFFERENTIABLE, DOMAINS, PLAIN


@dataclass(frozen=True)
class Library:
    """An array library: how NumPy's arrays get there, and how well its functions agree with NumPy's."""

    name: str
    tolerance: float = 1e-11  # functions differ in the last places, and second derivatives multiply that by some tens
    examples: int | None = None
    excused: dict[str, str] = field(default_factory=dict)

    def array(self, x):
        return importlib.import_module(self.name).asarray(np.array(x))

    def same(self, mine, theirs, like):
        """`mine` is an array of this library, shaped and typed as `like`, with the numbers of `theirs`."""
        assert type(mine) is type(self.array(theirs))
        assert tuple(mine.shape) == np.shape(theirs)
        assert str(mine.dtype).rpartition(".")[2] == str(like.dtype)
        np.testing.assert_allclose(on_host(mine), theirs, rtol=self.tolerance, atol=self.tolerance)


STRICT = Library("array_api_strict")
LIBRARIES = [
    STRICT,
    Library("torch", tolerance=1e-9),  # its polygamma is good to 3e-10
    Library("jax.numpy", tolerance=1e-9),  # its special functions are good to 1e-10
    Library("dask.array", examples=2, excused={"empty": "some of its reductions fail on blocks of no entries"}),
]


def installed(library):
    return importlib.util.find_spec(library.name.partition(".")[0]) is not None


@pytest.fixture(params=filter(installed, LIBRARIES), ids=lambda library: library.name.partition(".")[0])
def library(request):
    """Each library that is installed, in turn."""
    if request.param.name == "jax.numpy":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    with warnings.catch_warnings():
        if request.param.name == "dask.array":  # it warns of the sizes of its own chunks
            warnings.simplefilter("ignore")
        yield request.param


@pytest.mark.parametrize("name", ["torch", "jax", "dask"])
def test_libraries_that_are_not_installed_are_named(name):
    """By a line of the report: they are optional."""
    pytest.importorskip(name, reason=f"{name} is not installed: its arrays are not tested here")


UP_TO_SIGN = ("eigh", "svd")
"""The sign of a vector is nobody's choice: their squares are compared."""


def samples(name, library, dtype=float):
    """The operation's calls, and the same over the library's arrays."""
    pairs = list(zip(calls(name, dtype), calls(name, dtype), strict=True))
    if "empty" in library.excused:
        pairs = [(f, g) for f, g in pairs if all([np.size(x) for x in f.values])]
    for f, moved in pairs[: library.examples]:
        for call in (f, moved):
            if name in UP_TO_SIGN:
                call.call = squared(call.call)
        moved.values = [library.array(x) for x in moved.values]
        yield f, moved


def squared(function):
    return lambda *args, **options: function(*args, **options) ** 2


def derivatives(f, args, seed, tangents):
    """The value, both modes, and the rate of change of the gradient: forward over reverse."""
    out, pullback = ag.vjp(f, *args)
    second = ag.jvp(lambda *xs: ag.vjp(f, *xs)[1](seed), args, tangents)[1]
    return [out, ag.jvp(f, args, tangents)[1]], [*pullback(seed), *second]


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_both_modes_and_both_orders(name, library):
    rng = seeded(name)
    for f, moved in samples(name, library):
        seed, tangents = f.seed(rng), tuple([noise(rng, x) for x in f.args])
        values, gradients = derivatives(f, f.args, seed, tangents)
        mine = derivatives(moved, moved.args, library.array(seed), tuple([library.array(t) for t in tangents]))
        for a, b in zip(mine[0], values, strict=True):
            library.same(a, b, values[0])
        for a, b, x in zip(mine[1], gradients, [*f.args, *f.args], strict=True):
            library.same(a, b, x)
        for x, before in zip(moved.values, f.values, strict=True):  # nothing was written to
            np.testing.assert_array_equal(on_host(x), before)


@pytest.mark.parametrize(
    ("f", "shapes"),
    [
        (ag.affine, [(2, 3), (4, 3), (4,)]),
        (lambda *arrays: ag.concat(arrays, axis=0), [(2, 3), (1, 3), (4, 3)]),
        (lambda x, y: ag.where(np.array([True, False]), x, y), [(2,), (3, 2)]),
        (lambda x, y: x * y, [(2,), (3, 2)]),
        (lambda x, y: x @ y, [(2, 3), (3, 2)]),
        (lambda x, y: x < y, [(2,), (3, 2)]),
        (ag.maximum, [(2,), (3, 2)]),
        (ag.equal, [(2,), (3, 2)]),
    ],
)
def test_numpys_arrays_join_another_librarys(f, shapes, library):
    """Tensors of both, or a Tensor and bare arrays, whichever comes first: the result is the other library's."""
    values = [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]
    theirs, expected = [library.array(x) for x in values], f(*values)
    for k, mine in enumerate(values):
        mixed = [*theirs[:k], mine, *theirs[k + 1 :]]
        library.same(f(*map(ag.asarray, mixed)).value, expected, expected)
        library.same(f(ag.asarray(mixed[0]), *mixed[1:]).value, expected, expected)
    if f is ag.maximum or f is ag.affine:
        library.same(f(values[0].tolist(), *theirs[1:]), expected, expected)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_have_the_dtype_of_their_variable(name, library):
    """In single precision too; and `backward` leaves them in arrays that are nobody else's."""
    rng = seeded(name)
    for f, moved in list(samples(name, library, SINGLE))[:2]:
        variables = [ag.Var(x) for x in moved.args]
        seed = library.array(f.seed(rng))
        moved(*variables).backward(seed)
        for x in variables:
            assert (x.grad.shape, x.grad.dtype) == (x.shape, x.dtype)
            assert x.grad.value is not seed


@pytest.mark.parametrize("name", PLAIN)
def test_operations_without_derivatives(name, library):
    rng = seeded(name)
    for case in DOMAINS[name].family.examples[: library.examples]:
        values = DOMAINS[name].values(case, rng.random)
        if "empty" in library.excused and not all([np.size(x) for x in values]):
            continue
        expected = OPS[name].call(*values, **case.options)
        out = OPS[name].call(*[ag.Tensor(library.array(x)) for x in values], **case.options)
        assert not out.requires_grad
        if name != "empty_like":
            library.same(out.value, expected, np.asarray(expected))


# -- what only NumPy has ----------------------------------------------------------------------------------------------


OUTSIDE = {
    "cofactors": "of singular matrices, from NumPy's singular values",
    "cbrt": "not in the standard",
    "exp2": "not in the standard",
    "fmod": "not in the standard, whose remainder has the sign of the divisor",
    "sinc": "not in the standard",
    "sinc_derivative": "sorts its entries into two formulas, by masks",
    "convolve": "not in the standard",
    "einsum": "not in the standard",
    "eigen": "not in the standard before 2025.12",
    "expm": "SciPy's",
    "roots": "not in the standard",
    **{
        name: "SciPy's: the standard has no special functions"
        for name in DIFFERENTIABLE
        if OPS[name].kernel.__module__.startswith("autograd_lite.ops.special.")
    },
}
"""What NumPy or SciPy compute on copies where a library has the standard and no more, and why."""


def test_only_what_the_standard_lacks_is_computed_on_copies(monkeypatch):
    copied, kept = set(), kernels._copied
    of = {op.kernel: name for name, op in OPS.items()}

    def noted(kernel, *rest):
        copied.add(of[kernel])
        return kept(kernel, *rest)

    monkeypatch.setattr(kernels, "_copied", noted)
    for name in DIFFERENTIABLE:
        for _, f in samples(name, STRICT):
            f(*[ag.Tensor(x) for x in f.args])
    assert copied == set(OUTSIDE)


def test_what_is_on_a_device_stays_there():
    """Array-api-strict has devices that refuse each other's arrays, and NumPy."""
    device = strict.Device("device1")

    def there(x):
        return strict.asarray(np.array(x), device=device)

    for name in DIFFERENTIABLE:
        rng = seeded(name)
        for f in calls(name):
            seed, tangents = there(f.seed(rng)), tuple([there(noise(rng, x)) for x in f.args])
            f.values = [there(x) for x in f.values]
            values, gradients = derivatives(f, f.args, seed, tangents)
            assert all([x.device == device for x in [*values, *gradients]])
    for f, x in PROGRAMS.values():
        assert ag.grad(f)(there(x)).device == device


# -- programs ---------------------------------------------------------------------------------------------------------


def written(x):
    y = x * 2
    y[1] = x[0] ** 2
    y += 1
    return ag.sum(y * y)


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


MATRIX, VECTOR = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.5, 2.0, 4.0])

# fmt: off
PROGRAMS = {
    "NumPy's functions":    (rosenbrock, VECTOR),
    "writes":               (written, VECTOR),
    "a NumPy constant":     (lambda x: ag.sum(VECTOR * x), VECTOR),
    "a NumPy mask":         (lambda x: ag.sum(ag.where(VECTOR > 2, x**2, x)), VECTOR),
    "an index":             (lambda x: ag.sum(x[::-1][[0, 0, 2]] * x[VECTOR > 1.5]), VECTOR),
    "a hidden singularity": (lambda x: ag.sum(ag.where(x > 1, ag.sqrt(x - 1), 0.0)), VECTOR),
    "sort":                 (lambda x: ag.sum(ag.sort(x) * VECTOR), VECTOR),
    "median":               (ag.median, VECTOR),
    "quantile":             (lambda x: ag.sum(ag.quantile(x, [0.2, 0.7])), VECTOR),
    "interp":               (lambda x: ag.sum(ag.interp(x, VECTOR[::2] - 1, VECTOR[::2] ** 2)), VECTOR),
    "pad":                  (lambda x: ag.sum(ag.pad(x, 1, constant_values=2.0) ** 2), VECTOR),
    "tile and repeat":      (lambda x: ag.sum(ag.tile(x, 2) * ag.repeat(x, 2)), VECTOR),
    "cumulative":           (lambda x: ag.sum(ag.cumulative_prod(x, include_initial=True)), VECTOR),
    "nanstd":               (ag.nanstd, VECTOR),
    "kron":                 (lambda x: ag.sum(ag.kron(x, x) ** 2), VECTOR),
    "cov":                  (lambda x: ag.sum(ag.cov(x) ** 2), MATRIX),
    "slogdet":              (lambda x: ag.linalg.slogdet(x).logabsdet, MATRIX),
    "lstsq":                (lambda x: ag.sum(ag.linalg.lstsq(x, np.array([1.0, 2.0])).x), MATRIX),
    "matrix_power":         (lambda x: ag.sum(ag.linalg.matrix_power(x, 3)), MATRIX),
    "eigenvalues":          (lambda x: ag.linalg.eigh(x).eigenvalues[0], MATRIX),
    "nuclear norm":         (lambda x: ag.linalg.matrix_norm(x, ord="nuc"), MATRIX),
    "spectrum":             (lambda x: ag.sum(ag.abs(ag.fft.rfft(x)) ** 2), VECTOR),
    "checkpoint":           (ag.checkpoint(lambda x: ag.sum(ag.sin(x) * x)), VECTOR),
    "gradient penalty":     (lambda x: ag.sum(ag.grad(lambda x: ag.sum(ag.sin(x) * x))(x) ** 2), VECTOR),
}
# fmt: on


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name, library):
    f, x = PROGRAMS[name]
    library.same(ag.grad(f)(library.array(x)), ag.grad(f)(x), x)


def test_matrices_of_derivatives(library):
    f = lambda x: ag.sum(x**3) * x[0]
    library.same(ag.hessian(f)(library.array(VECTOR)), ag.hessian(f)(VECTOR), VECTOR)
    g = lambda x: x * ag.sum(x)
    for mode in ("reverse", "forward"):
        library.same(ag.jacobian(g, mode=mode)(library.array(VECTOR)), ag.jacobian(g)(VECTOR), VECTOR)


def test_complex_gradients(library):
    z = np.array([3 + 4j, 1j])
    f = lambda z: ag.sum(ag.real(z * ag.conj(z)))
    library.same(ag.grad(f)(library.array(z)), 2 * z, z)


def test_what_a_tensor_shows(library):
    x = ag.Var(library.array(VECTOR), name="x")
    assert x.detach().tolist() == x.detach().numpy().tolist() == VECTOR.tolist()
    assert ag.Tensor(library.array(np.array(2.5))).item() == 2.5
    assert "x" in repr(x)
    assert "v2" in str(ag.tape(ag.sum(ag.sin(x))).reverse())
    with pytest.raises(NotDifferentiableError, match="floating-point"):
        ag.Var(library.array(np.array([1, 2])))
    assert str(ag.Tensor(library.array(VECTOR), dtype=np.float32).dtype).endswith("float32")


@pytest.mark.parametrize("order", "CFAK")
def test_an_order_in_memory_that_a_library_does_not_tell(order):
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(on_host(np.ravel(ag.Tensor(strict.asarray(x)), order=order).value), x.ravel(order))
