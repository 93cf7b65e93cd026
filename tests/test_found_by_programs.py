"""What random programs found (see `random_programs`), each as the kind it belongs to."""

from __future__ import annotations

import inspect
from itertools import permutations

import numpy as np
import pytest

import autograd_lite as ag


def function_of(name):
    module, _, rest = name.rpartition(".")
    return getattr(getattr(ag, module) if module else ag, rest)


def along_an_axis():
    """The package's functions that need one array, and have an axis."""
    for module in ("", "linalg.", "fft.", "special."):
        for name in (ag if not module else getattr(ag, module[:-1])).__all__:
            f = function_of(module + name)
            if not callable(f) or isinstance(f, type):
                continue
            parameters = inspect.signature(f).parameters
            needed = [p for p in parameters.values() if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
            if "axis" in parameters and len(needed) == 1 and name not in ("concat", "stack"):  # of a list
                yield module + name


@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 2), (3,), ()], ids=str)
@pytest.mark.parametrize("name", list(along_an_axis()))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, before it sees the axis
def test_an_axis_that_is_not_there_is_an_error(name, shape, tracked):
    """Of arrays without entries too, where there is nothing to compute."""
    f, x = function_of(name), np.ones(shape)[()]
    for axis in (5, -6):
        with pytest.raises((ValueError, IndexError), match=str(axis).lstrip("-")):
            f(ag.Tensor(x, requires_grad=True) if tracked else x, axis=axis)


def real_product(x, y):
    return float(np.sum(np.real(np.conj(x) * y)))


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4)], ids=str)
@pytest.mark.parametrize("dtype", [float, complex])
def test_pseudo_inverses_of_lower_rank(dtype, shape):
    """All derivatives are those of the pseudo-inverse of the nearest matrix of that rank, however they are nested."""
    rng = np.random.default_rng(5)

    def drawn(*shape):
        return rng.normal(size=shape) + (1j * rng.normal(size=shape) if dtype is complex else 0)

    x, weights = drawn(shape[0], 2) @ drawn(2, shape[1]), drawn(*shape[::-1])
    u, v, w = [drawn(*shape) for _ in range(3)]

    def f(x):
        return ag.sum(ag.real(ag.linalg.pinv(x, rtol=1e-9) * weights))

    def nearest(x):
        left, s, right = np.linalg.svd(x, full_matrices=False)
        inverse = (right[:2].conj().T / s[:2]) @ left[:, :2].conj().T
        return np.sum(np.real(inverse * weights))

    def pushed(f, *directions):
        for u in directions:
            f = lambda x, f=f, u=u: ag.jvp(f, (x,), (u,))[1]  # one more derivative
        return f

    h = 1e-4 * float(np.linalg.svd(x, compute_uv=False)[1])
    first = (nearest(x + h * u) - nearest(x - h * u)) / (2 * h)
    signs = [(a, b) for a in (h, -h) for b in (h, -h)]
    second = sum([np.sign(a * b) * nearest(x + a * u + b * v) for a, b in signs]) / (4 * h * h)
    # the error of central differences, h² times derivatives that grow by 1 / the least singular value
    assert np.isclose(pushed(f, u)(x), first, rtol=1e-5)
    for a, b in ((u, v), (v, u)):
        assert np.isclose(pushed(f, a, b)(x), second, rtol=1e-5)
        assert np.isclose(real_product(ag.jvp(ag.grad(f), (x,), (b,))[1], a), second, rtol=1e-5)
        assert np.isclose(real_product(ag.grad(pushed(f, a))(x), b), second, rtol=1e-5)
    third = [pushed(f, *order)(x) for order in permutations((u, v, w))]
    third += [real_product(ag.grad(pushed(f, u, v))(x), w), real_product(pushed(ag.grad(f), v, w)(x), u)]
    assert np.allclose(third, third[0], rtol=1e-9)  # rounding times the condition


def test_pseudo_inverses_of_lower_rank_in_a_replay():
    """A replay recorded at a regular matrix asks again, and so does one recorded at a singular one."""

    def second(x, u):
        return ag.jvp(ag.grad(lambda x: ag.sum(ag.linalg.pinv(x, rtol=1e-9) * u)), (x,), (u,))[1]

    regular, singular = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    u = np.array([[0.3, -1.0], [0.5, 0.7]])
    for order in ((regular, singular), (singular, regular)):
        fast = ag.replay(second)
        for x in (*order, *order):
            assert np.allclose(fast(x, u), second(x, u))


@pytest.mark.parametrize(
    "shapes", [((3,), (2, 1, 3)), ((3,), (2, 3)), ((4, 3), (2, 1, 3)), ((3,), (5, 2, 2, 3))], ids=str
)
def test_the_layer_of_a_network_takes_stacks_of_weights(shapes):
    rng = np.random.default_rng(1)
    x, w = [rng.normal(size=shape) for shape in shapes]
    b = rng.normal(size=w.shape[-2])
    ag.check_grads(ag.affine, (x, w, b), order=2)


def test_a_weight_of_one_axis_is_an_error():
    for w in (np.ones(3), ag.Tensor(np.ones(3), requires_grad=True)):
        with pytest.raises(ValueError, match="the weight two"):
            ag.affine(np.ones((2, 3)), w, np.ones(2))
