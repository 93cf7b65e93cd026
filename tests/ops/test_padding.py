"""All modes of padding with all their options, by NumPy's numbers and by differences."""

import numpy as np
import pytest

import autograd_lite as ag
from tests.support.numpy_samples import A


def of_the_edges(vector, width, axis, options):
    """A padding function as NumPy calls it: it writes into the vector."""
    vector[: width[0]] = vector[width[0]] * options.get("times", 1.0)
    if width[1]:
        vector[-width[1] :] = vector[-width[1] - 1] ** 2


ENDS = np.array([[0.3, -1.0], [2.0, 0.7]])
STATISTICS = ("maximum", "mean", "median", "minimum")
LENGTHS = (None, 2, ((1, 2), (3, 9)))
CASES = {
    "constants": ("constant", {"constant_values": 0.3}),
    "a pair of constants": ("constant", {"constant_values": (0.3, -1.0)}),
    "constants for each side": ("constant", {"constant_values": ENDS}),
    "ramps": ("linear_ramp", {}),
    "ramps to one end": ("linear_ramp", {"end_values": 2.0}),
    "ramps to ends": ("linear_ramp", {"end_values": ENDS}),
    **{f"{m} of {n}": (m, {} if n is None else {"stat_length": n}) for n in LENGTHS for m in STATISTICS},
    **{f"{m} {k}": (m, {"reflect_type": k}) for m in ("reflect", "symmetric") for k in ("even", "odd")},
    **{m: (m, {}) for m in ("edge", "wrap")},
    "a function": (of_the_edges, {}),
    "a function with an option": (of_the_edges, {"times": 3.0}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("widths", [1, (2, 1), ((0, 3), (7, 9)), {1: (3, 0)}], ids=str)
def test_modes(case, widths):
    mode, options = CASES[case]
    f = lambda x: np.pad(x, widths, mode, **options)  # a call of NumPy's
    got = f(ag.Var(A))
    np.testing.assert_allclose(got.value, f(A), rtol=1e-13, atol=1e-15)  # a few sums in another order
    np.testing.assert_array_equal(ag.pad(A, widths, mode, **options), got.value)
    ag.check_grads(f, (A,), order=1, entries=4)


@pytest.mark.parametrize("option", ["constant_values", "end_values"])
def test_what_is_added_is_differentiable_too(option):
    mode = "constant" if option == "constant_values" else "linear_ramp"
    for value in (np.float64(0.3), np.array([0.3, 0.7]), ENDS):
        ag.check_grads(
            lambda v: (
                np.pad(A, ((1, 2), (2, 0)), mode, **{option: v})
                if not isinstance(v, ag.Tensor)
                else ag.pad(A, ((1, 2), (2, 0)), mode, **{option: v})
            ),
            (value,),
            order=1,
        )  # called here


@pytest.mark.parametrize("case", [c for c in CASES if "function" not in c])
@pytest.mark.parametrize("dtype", [np.float32, int])
def test_dtypes_are_numpys(case, dtype):
    mode, options = CASES[case]
    x = (A * 9).astype(dtype)
    got = np.pad(ag.Tensor(x), (2, 1), mode, **options)
    assert got.dtype == np.pad(x, (2, 1), mode, **options).dtype
    np.testing.assert_allclose(got.value, np.pad(x, (2, 1), mode, **options), rtol=1e-6)  # single precision


def test_empty_axes():
    assert ag.pad(np.zeros((0, 2)), 1, constant_values=3.0).tolist() == [[3.0] * 4] * 2
    np.testing.assert_array_equal(
        np.pad(ag.Tensor([[1.0]]), 2, "reflect", reflect_type="odd").value,
        np.pad([[1.0]], 2, "reflect", reflect_type="odd"),
    )
