"""Views: what NumPy sees through a write to one array, Tensors see, or refuse; never another value in silence."""

import contextlib
import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import raw

SHAPES = [(), (1,), (3,), (2, 3), (3, 3), (2, 1), (0,), (1, 2, 3)]
VIEWS = [
    "x[...]", "x[None]", "x[1:]", "x[::-1]", "x[..., 0]", "x[0]", "x[[0, -1]]", "x.T", "x.reshape(-1)", "x.reshape(x.shape)",
    "x.reshape(x.shape[::-1])", "np.reshape(x, (-1,))", "np.ravel(x)", "x.ravel()", "x.flatten()", "np.squeeze(x)", "x.squeeze()",
    "np.expand_dims(x, 0)", "np.transpose(x)", "x.transpose()", "np.swapaxes(x, 0, -1)", "x.swapaxes(0, -1)", "np.moveaxis(x, 0, -1)",
    "np.flip(x)", "np.fliplr(x)", "np.flipud(x)", "np.rot90(x)", "np.roll(x, 1)", "np.broadcast_to(x, (2, *x.shape))",
    "np.broadcast_to(x, x.shape)", "np.broadcast_arrays(x, x)[0]", "np.atleast_1d(x)", "np.atleast_2d(x)", "np.atleast_3d(x)",
    "np.real(x)", "x.real", "np.imag(x)", "x.imag", "np.conj(x)", "np.diag(x)", "np.diagonal(x)", "x.diagonal()", "np.split(x, [1])[0]",
    "np.array_split(x, 2)[1]", "np.hsplit(x, [1])[0]", "np.vsplit(x, [1])[1]", "np.unstack(x)[0]", "np.matrix_transpose(x)", "x.mT",
    "np.lib.stride_tricks.sliding_window_view(x, 1)", "np.copy(x)", "x.copy()", "+x", "np.positive(x)", "np.abs(x)", "np.take(x, [0], 0)",
    "x.astype(x.dtype)", "x.astype(x.dtype, copy=False)", "np.nan_to_num(x)", "np.rollaxis(x, -1)",
    "np.tile(x, 1)", "np.repeat(x, 1, 0)", "np.concatenate([x])", "np.stack([x])", "np.asarray_chkfinite(x)", "np.real_if_close(x)",
    "np.permute_dims(x)", "np.trim_zeros(x)", "np.linalg.matrix_transpose(x)", "np.linalg.diagonal(x)", "np.squeeze(x, 0)", "np.resize(x, x.shape)",
    "np.clip(x, None, None)", "np.where(True, x, x)", "np.pad(x, 0)", "np.append(x, [])", "np.delete(x, [])", "x.repeat(1)", "x.take([0], 0)",
]  # fmt: skip
NESTED = ["x", "x[::-1]", "x.T", "np.broadcast_to(x, (2, *x.shape))", "x.real", "x.reshape(-1)"]
WRITES = ["{}[...] = 7.0", "{} += 1.5", "{}[0] = 5.0", "{}.reshape(-1)[0] = 3.0", "{}[{} > 0] *= 2.0", "{} **= 2"]
ELSE = {
    "np.imag(x)": "of real numbers: zeros, which may be written to here",
    "x.imag": "of real numbers: zeros, which may be written to here",
    "np.diag(x)": "read-only in NumPy, which says that it will not stay so; here a write reaches the matrix",
    "np.diagonal(x)": "the same",
    "x.diagonal()": "the same",
    "np.linalg.diagonal(x)": "the same",
    "np.lib.stride_tricks.sliding_window_view(x, 1)": "the same",
    "np.broadcast_to(x, (2, *x.shape))": "once more repeated it has other strides in NumPy, and reshapes to a copy here",
    "np.broadcast_arrays(x, x)[0]": "NumPy warns of a write to it and will refuse it, as is done here",
}
"""Where a write to the view is another matter, and why."""


def run(lines, x):
    """The arrays x and v after the lines, or the exception."""
    local = {"np": np, "x": x}
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            for line in lines:
                exec(line, local)
    except Exception as error:
        return error
    return [np.array(raw(a)) for a in (local["x"], local["v"])]


@pytest.mark.parametrize("dtype", [float, complex])
@pytest.mark.parametrize("view", VIEWS)
def test_a_write_is_seen_as_in_numpy(view, dtype):
    """A write to the array, or to the view, of the view or of a view of it: both are what NumPy has, or it is
    refused."""
    wrong = []
    for shape in SHAPES if dtype is float else [(), (3,), (2, 3)]:
        start = (np.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape) - 1.5).astype(dtype)
        if dtype is complex:
            start = start + 0.5j
        for inner in NESTED:
            bind = "v = " + view.replace("x", f"({inner})") if inner != "x" and view[0] != "n" else f"v = {view}"
            if inner != "x" and view[0] == "n":
                bind = (
                    "w = "
                    + inner
                    + "; v = "
                    + view.replace("(x", "(w").replace("[x", "[w").replace("x.", "w.").replace(" x", " w")
                )
            seen = {}
            with contextlib.suppress(Exception):
                exec(bind, local := {"np": np, "x": np.array(start)})
                seen |= {bind: local["v"], "x": local["x"]}
            for target in ("x", "v"):
                for template in WRITES:
                    if target == "v" and (
                        view in ELSE
                        or np.size(seen.get(bind)) * start.size == 0
                        or not isinstance(seen.get(bind), np.ndarray)
                    ):
                        continue  # NumPy's scalars are bound anew; a Tensor without axes is an array without axes
                    if "reshape" in template and target == "v" and not np.shares_memory(seen[bind], seen["x"]):
                        continue  # how a copy lies in memory, and so whether its reshape is a view, is its maker's choice
                    lines = [bind, template.format(*[target] * 2)]
                    expected = run(lines, np.array(start))
                    found = run(lines, ag.Tensor(start, requires_grad=True))
                    if isinstance(found, Exception):
                        named = isinstance(found, (ValueError, TypeError, IndexError, ag.errors.AutogradError))
                        if not isinstance(expected, Exception) and not named:
                            wrong.append((shape, lines, repr(found)))
                    elif isinstance(expected, Exception):
                        wrong.append((shape, lines, f"NumPy raises {expected!r}"))
                    elif not all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True)):
                        wrong.append((shape, lines, [a.tolist() for a in expected], [a.tolist() for a in found]))
    assert not wrong, f"{len(wrong)}: " + "\n".join(map(str, wrong[:4]))


@pytest.mark.parametrize(
    ("subscripts", "shape"),
    [("ii->i", (3, 3)), ("ij->ji", (2, 3)), ("...ij->...ji", (2, 1, 3)), ("iij->ij", (2, 2, 3))],
)
def test_einsum_that_adds_nothing_up_is_a_view(subscripts, shape):
    """As NumPy's: what is written to its operand is seen, and its derivatives are those of the entries."""
    x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    tensor = ag.Tensor(x, requires_grad=True)
    seen, expected = np.einsum(subscripts, tensor), np.einsum(subscripts, x)
    tensor[...], x[...] = 7.0, 7.0
    np.testing.assert_array_equal(seen.value, expected)
    ag.check_grads(lambda t: np.einsum(subscripts, t) ** 2, (x,))
