"""Inside ``jax.jit``, where the tape is written while JAX traces, and over arrays that several devices share."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.rules import OPS
from autograd_lite.errors import NoRuleError
from tests.arrays.test_backends import derivatives
from tests.conftest import seeded
from tests.ops.test_registry import calls, noise
from tests.support.domains import DIFFERENTIABLE
from tests.test_readme import fences

jax = pytest.importorskip("jax", reason="JAX is not installed: make test-arrays installs it")
jnp = jax.numpy
jax.config.update("jax_enable_x64", True)

ROOT = Path(__file__).parents[2]

NOT_TRACED = {
    *["betaincinv", "gammaincinv", "rgamma", "j0", "j1", "y0", "y1", "jv", "yv"],
    *["iv", "ive", "kv", "kve", "k0", "k0e", "k1", "k1e"],  # SciPy's, and not JAX's
    *["i1", "i1e"],  # their derivatives are written with iv and ive
    *["sinc_derivative", "sinc"],  # sorts its entries into two formulas by masks; and what is written with it
    "eigen",  # not in the standard before 2025.12
    *([] if hasattr(jax.scipy.special, "erfcinv") else ["erfcinv"]),  # newer versions of JAX have it
}
"""What cannot be traced, because NumPy computes it on a copy: what JAX has no function for."""


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_every_operation_inside_jit(name):
    """Both modes of each operation compile and give what NumPy gives; or the error says that it cannot be traced."""
    f, traced = calls(name)[0], calls(name)[0]
    rng = seeded(name)
    seed, tangents = f.seed(rng), tuple([noise(rng, x) for x in f.args])

    @jax.jit
    def compiled(args, seed, tangents):
        values = list(f.values)
        for i, x in zip(f.which, args, strict=True):
            values[i] = x
        traced.values = values
        _, pullback = ag.vjp(traced, *args)
        return [ag.jvp(traced, args, tangents)[1], *pullback(seed)]

    if name in NOT_TRACED:
        with pytest.raises(NoRuleError, match=r"jax\.jit"):
            compiled(f.args, seed, tangents)
        return
    (_, tangent), gradients = derivatives(f, f.args, seed, tangents)
    for mine, theirs in zip(compiled(f.args, seed, tangents), [tangent, *gradients], strict=False):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)  # JAX's special functions are good to 1e-10


X = np.linspace(0.5, 2.0, 6)

# fmt: off
FUNCTIONS = {
    "elementwise": (lambda xp, x: xp.sum(xp.sin(x) * xp.exp(-x) + x**3)),
    "selection":   (lambda xp, x: xp.sum(xp.where(x > 1, xp.sqrt(x - 0.1), x**2)) + xp.max(x)),
    "indices":     (lambda xp, x: xp.sum(x[1:] * x[:-1]) + x[-1] ** 2),
    "products":    (lambda xp, x: xp.sum(xp.tanh(xp.reshape(x, (2, 3)) @ xp.reshape(x, (3, 2))))),
    "sorting":     (lambda xp, x: xp.sum(xp.sort(x * (2 - x)) * X)),
    "matrices":    (lambda xp, x: xp.linalg.slogdet(xp.eye(6) + x[:, None] * x[None, :] ** 2)[1]),
    "a loop":      (lambda xp, x: sum([x[i] ** i for i in range(6)])),
}
# fmt: on


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_inside_jit_are_those_of_jax(name):
    f = FUNCTIONS[name]
    mine, theirs = jax.jit(ag.grad(lambda x: f(ag, x)))(X), jax.grad(lambda x: f(jnp, x))(X)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)  # the same formulas, joined otherwise by XLA
    second = jax.jit(ag.hessian(lambda x: f(ag, x)))(X)
    np.testing.assert_allclose(second, jax.hessian(lambda x: f(jnp, x))(X), rtol=1e-9, atol=1e-9)  # twice


def test_the_tape_is_written_once():
    """What is compiled is called again without the engine."""
    runs = []

    def f(x):
        runs.append(1)
        return ag.sum(x * x)

    step = jax.jit(ag.value_and_grad(f))
    for k in range(3):
        value, gradient = step(X + k)
        assert value == pytest.approx(np.sum((X + k) ** 2))
        np.testing.assert_array_equal(gradient, 2 * (X + k))
    assert len(runs) == 1


def test_an_operation_by_jax_alone():
    """JAX's own transformations do not know Tensors: inside one, ours come out as what it traces."""
    f = lambda x: jnp.sum(ag.grad(lambda x: ag.sum(x**3))(x))
    np.testing.assert_allclose(jax.grad(f)(X), 6 * X, rtol=1e-12)  # one rounding a factor


def test_every_operation_that_cannot_be_traced_is_known():
    assert set(OPS) >= NOT_TRACED


def in_a_new_process(code, devices):
    """What `code` prints where JAX sees so many devices."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    flags = {"XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, env={**kept, **flags}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SHARDED = """
import jax, numpy as np
import autograd_lite as ag
from jax.sharding import Mesh, NamedSharding, PartitionSpec

jax.config.update("jax_enable_x64", True)
mesh = Mesh(jax.devices(), ("data",))
rng = np.random.default_rng(0)
x, y, w = rng.normal(size=(32, 5)), rng.normal(size=32), rng.normal(size=5)

def loss(w, x, y):
    return ag.mean((ag.tanh(x @ w) - y) ** 2) + ag.logsumexp(w)

rows = NamedSharding(mesh, PartitionSpec("data"))
shared = [jax.device_put(x, rows), jax.device_put(y, rows)]
everywhere = jax.device_put(w, NamedSharding(mesh, PartitionSpec()))
expected = ag.grad(loss)(w, x, y)
for gradient in (ag.grad(loss), jax.jit(ag.grad(loss))):
    g = gradient(everywhere, *shared)
    np.testing.assert_allclose(g, expected, rtol=1e-12)
    assert len(g.sharding.device_set) == 4, g.sharding
per_row = jax.jit(ag.grad(loss, argnums=1))(everywhere, *shared)
np.testing.assert_allclose(per_row, ag.grad(loss, argnums=1)(w, x, y), rtol=1e-12, atol=1e-15)  # 1 - tanh**2 cancels
assert not per_row.sharding.is_fully_replicated
print(jax.device_count())
"""


def test_a_data_parallel_loss_over_several_devices():
    """The batch is spread over four devices; the gradient is that of the whole batch, eagerly and compiled."""
    assert in_a_new_process(SHARDED, 4).strip() == "4"


def test_the_page_on_other_arrays():
    """Its snippets run from top to bottom, and print what it says, with the four devices that it asks for."""
    code = "\n".join(text for language, text in fences("docs/other_arrays.md") if language == "python")
    expected = [
        line for language, text in fences("docs/other_arrays.md") if language == "text" for line in text.split()
    ]
    assert in_a_new_process(code, 4).split() == expected
