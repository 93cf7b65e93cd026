"""A tracked value leaves the Tensors' world by its tape, by an explicit way out, or not at all.

Every attribute of a Tensor is in the table below; one that is not yet there fails the test until somebody has
thought about what becomes of the tape.
"""

import copy
import dataclasses
import operator
import pickle

import numpy as np
import optree
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import handle
from autograd_lite.errors import TrackedError

X = np.array([[1.2, 0.7], [0.4, 1.9]])
WHOLES = np.array([[2, 1], [1, 3]])
call = operator.methodcaller


def in_place(name):
    def f(x, v=1.5):
        y = x * 1.0
        return getattr(operator, name)(y, v)

    return f


def written(x):
    y = x * 1.0
    y[0] = x[1]
    return y


def mutated(name, *args):
    def f(x):
        y = x * 1.0
        getattr(y, name)(*args)
        return y

    return f


def assigned(name):
    def f(x):
        y = ag.Var(X)
        setattr(y, name, x * 2)
        return getattr(y, name)

    return f


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
KEEPS = {
    # operators
    "__abs__": abs, "__neg__": operator.neg, "__pos__": operator.pos, "__add__": lambda x: x + x, "__radd__": lambda x: X + x,
    "__sub__": lambda x: x - 2 * x, "__rsub__": lambda x: 1.0 - x, "__mul__": lambda x: x * x, "__rmul__": lambda x: 2.0 * x,
    "__truediv__": lambda x: x / 2, "__rtruediv__": lambda x: 2 / x, "__floordiv__": lambda x: x // 0.34 * x, "__rfloordiv__": lambda x: 2.5 // x * x,
    "__mod__": lambda x: x % 0.5, "__rmod__": lambda x: 2.5 % x, "__pow__": lambda x: x**2, "__rpow__": lambda x: 2.0**x,
    "__matmul__": lambda x: x @ x, "__rmatmul__": lambda x: X @ x, "__getitem__": lambda x: x[0], "__iter__": lambda x: ag.stack(list(x)), "__setitem__": written,
    "__iadd__": in_place("iadd"), "__isub__": in_place("isub"), "__imul__": in_place("imul"), "__itruediv__": in_place("itruediv"),
    "__imod__": in_place("imod"), "__ipow__": in_place("ipow"), "__imatmul__": lambda x: in_place("imatmul")(x, X), "__ifloordiv__": lambda x: in_place("ifloordiv")(x) * x,
    # methods
    "T": lambda x: x.T, "mT": lambda x: x.mT, "real": lambda x: x.real, "imag": lambda x: (x * 1j).imag, "conj": call("conj"), "conjugate": call("conjugate"),
    "astype": call("astype", np.float32), "clip": call("clip", 0.5, 1.5), "copy": call("copy"), "cumprod": call("cumprod"), "cumsum": call("cumsum"),
    "diagonal": call("diagonal"), "dot": lambda x: x.dot(x), "flatten": call("flatten"), "max": call("max"), "mean": call("mean"), "min": call("min"),
    "prod": call("prod"), "ravel": call("ravel"), "repeat": call("repeat", 2), "reshape": call("reshape", 4), "round": lambda x: x.round() * x,
    "squeeze": lambda x: x[:1].squeeze(), "std": call("std"), "sum": call("sum"), "swapaxes": call("swapaxes", 0, 1), "take": call("take", [0, 3]),
    "trace": call("trace"), "transpose": call("transpose"), "var": call("var"), "to_device": call("to_device", "cpu"),
    "__divmod__": lambda x: divmod(x, 0.34)[1], "__rdivmod__": lambda x: divmod(2.5, x)[1], "__round__": lambda x: round(x[0, 0], 1) * x, "compress": call("compress", [True, False]),
    "flat": lambda x: x.flat, "choose": lambda x: ag.Tensor([[0, 1], [1, 0]]).choose([x, 2 * x]), "fill": lambda x: mutated("fill", 2.0)(x) * x, "put": mutated("put", 0, 1.5),
    "sort": mutated("sort"), "partition": mutated("partition", 1),
    # copies, and NumPy's protocols
    "__copy__": copy.copy, "__deepcopy__": copy.deepcopy, "__array_ufunc__": np.sin, "__array_function__": lambda x: np.concatenate([x, X]),
    "__array_namespace__": lambda x: x.__array_namespace__().sin(x), "grad": assigned("grad"), "requires_grad_": call("requires_grad_"), "_row": lambda x: handle(x._row),
}

REFUSED = {
    "__float__": lambda x: float(x[0, 0]), "__int__": lambda x: int(x[0, 0]), "__complex__": lambda x: complex(x[0, 0]), "__array__": np.asarray,
    "__dlpack__": np.from_dlpack, "numpy": call("numpy"), "tolist": call("tolist"), "__init__": ag.Tensor, "value": assigned("value"), "_assign": assigned("value"),
    "tobytes": call("tobytes"), "dumps": call("dumps"), "dump": call("dump", "never"), "tofile": call("tofile", "never"), "__reduce__": pickle.dumps, "__reduce_ex__": lambda x: pickle.dumps(x, protocol=5), "requires_grad": lambda x: setattr(x * 1, "requires_grad", False), "_plain": call("_plain", "it", "that"),
}

CONSTANT = {  # the derivative of what they give is 0 wherever it has one
    "__bool__": lambda x: bool(x[0, 0]), "__len__": len, "__lt__": lambda x: x < 1, "__le__": lambda x: x <= 1, "__gt__": lambda x: x > 1,
    "__ge__": lambda x: x >= 1, "__eq__": lambda x: x == 1, "__ne__": lambda x: x != 1, "all": call("all"), "any": call("any"), "argmax": call("argmax"),
    "argmin": call("argmin"), "argsort": call("argsort"), "nonzero": call("nonzero"), "shape": lambda x: x.shape, "ndim": lambda x: x.ndim,
    "size": lambda x: x.size, "dtype": lambda x: x.dtype, "nbytes": lambda x: x.nbytes, "device": lambda x: x.device, "__dlpack_device__": call("__dlpack_device__"),
    "itemsize": lambda x: x.itemsize, "__contains__": lambda x: 1.0 in x, "searchsorted": lambda x: x[0].searchsorted(1.0), "argpartition": call("argpartition", 1),
    "is_leaf": lambda x: x.is_leaf, "is_parameter": lambda x: x.is_parameter, "name": lambda x: x.name, "backward": lambda x: ag.Tensor.backward, "_cell": lambda x: hasattr(x, "_cell"), "_apart": call("_apart"),
}

EXPLICIT = {  # they say that they stop the tape, or are for reading
    "detach": call("detach"), "item": lambda x: x[0, 0].item(), "__repr__": repr, "__str__": str, "__format__": lambda x: f"{x[0, 0]:.2f}",
}

WHOLE = {  # of integers, which are never tracked: asked of another Tensor, they say so
    "__index__": operator.index, "__and__": lambda x: x & 1, "__or__": lambda x: x | 1, "__xor__": lambda x: x ^ 1, "__lshift__": lambda x: x << 1, "__rshift__": lambda x: x >> 1, "__invert__": lambda x: ~x,
    **{f"__r{name}__": (lambda x, name=name: getattr(operator, f"__{name}__")(WHOLES, x)) for name in ("and", "or", "xor", "lshift", "rshift")},
    **{f"__i{name}__": (lambda x, name=name: getattr(operator, f"__i{name}__")(x, 1)) for name in ("and", "or", "xor", "lshift", "rshift")},
}

ABSENT = {"base", "byteswap", "ctypes", "data", "flags", "getfield", "resize", "setfield", "setflags", "strides", "view"}  # they look into an array's memory

PYTHONS = {  # every object has them; they do not look at the value
    "__annotations__", "__class__", "__delattr__", "__dir__", "__doc__", "__getattribute__", "__getstate__", "__hash__", "__init_subclass__", "__module__",
    "__new__", "__setattr__", "__sizeof__", "__slots__", "__subclasshook__", "__weakref__", "_start",
}
# fmt: on


def test_every_attribute_is_in_one_table():
    tables = [KEEPS, REFUSED, CONSTANT, EXPLICIT, WHOLE, ABSENT, PYTHONS]
    names = set(dir(ag.Tensor)) - {"__firstlineno__", "__static_attributes__"}  # classes have these from Python 3.13 on
    assert sorted(names) == sorted(name for table in tables for name in table)


@pytest.mark.parametrize("name", KEEPS)
def test_it_keeps_the_tape(name):
    def loss(x):
        y = KEEPS[name](x)
        assert isinstance(y, ag.Tensor) or not isinstance(x, ag.Tensor)
        return ag.sum(y * y)

    gradient = ag.grad(loss)(X)
    assert np.any(gradient)
    step = 1e-6
    if name not in (
        "grad",
        "astype",
        "requires_grad_",
        "_row",
        "to_device",
        "__array_namespace__",
    ):  # not of arrays, or not in double
        slopes = [
            float(loss(ag.Tensor(X + step * e)) - loss(ag.Tensor(X - step * e))) / (2 * step)
            for e in np.eye(4).reshape(4, 2, 2)
        ]
        # differences cut off step² f''' / 6, some 1e-11, and round off 1e-16 f / step, some 1e-9
        np.testing.assert_allclose(gradient.ravel(), slopes, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_names_the_way_out(name):
    def loss(x):
        REFUSED[name](x)
        return ag.sum(x)

    with pytest.raises(TrackedError, match=r"\.detach\(\)"):
        ag.grad(loss)(X)


@pytest.mark.parametrize("name", sorted({*CONSTANT, *EXPLICIT}))
def test_it_is_a_constant(name):
    def loss(x):
        y = {**CONSTANT, **EXPLICIT}[name](x)
        assert not any(isinstance(a, ag.Tensor) and a.requires_grad for a in optree.tree_leaves(y))
        return ag.sum(x)

    assert np.all(ag.grad(loss)(X) == 1)


@pytest.mark.parametrize("name", WHOLE)
def test_it_is_for_integers(name):
    x = ag.Tensor(WHOLES[0, 0] if name == "__index__" else WHOLES)
    WHOLE[name](x)
    with pytest.raises(TypeError):
        ag.grad(lambda x: ag.sum(WHOLE[name](x)))(X)


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_it_names_what_to_write_instead(name):
    with pytest.raises(AttributeError, match="memory belongs to the tape: write"):
        ag.grad(lambda x: ag.sum(getattr(x, name)))(X)


# -- copies -----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Point:
    at: object
    other: tuple = (1.0,)


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "deepcopy of a container": lambda x: copy.deepcopy({"a": [x, 2.0]})["a"][0],
    "asdict": lambda x: dataclasses.asdict(Point(x))["at"],
    "astuple": lambda x: dataclasses.astuple(Point(x, (x,)))[1][0],
    "tree": lambda x: optree.tree_map(copy.copy, [x])[0],
    "np.copy": np.copy,
    ".copy()": lambda x: x.copy(),
    "asarray": lambda x: ag.asarray(x, copy=True),
    "a view": lambda x: copy.deepcopy(x.T).T,
    "a copy of a copy": lambda x: copy.deepcopy(copy.copy(x)),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_keeps_the_tape(name):
    square = lambda x: ag.sum(COPIES[name](x) ** 2)
    x = np.array([3.0, 4.0])
    np.testing.assert_array_equal(ag.grad(square)(x), 2 * x)
    np.testing.assert_array_equal(ag.jvp(square, (x,), (x,))[1], 50)
    np.testing.assert_array_equal(ag.hessian(square)(x), 2 * np.eye(2))
    np.testing.assert_array_equal(ag.grad(ag.checkpoint(square))(x), 2 * x)
    np.testing.assert_array_equal(ag.grad(lambda x: square(x * x))(x), 4 * x**3)
    np.testing.assert_array_equal(ag.grad(lambda x: ag.sum(ag.grad(square)(x)))(x), [2, 2])


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_written_to_alone(name):
    def f(x):
        y = COPIES[name](x)
        y[0] = 10.0
        return ag.sum(x * y)

    np.testing.assert_array_equal(ag.grad(f)(np.array([3.0, 4.0])), [10, 8])


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_variables_copy_is_a_variable_of_its_own(duplicate):
    x = ag.Var([1.0, 2.0], name="x")
    y = duplicate(x)
    assert (type(y), y.name, y.requires_grad, y.is_leaf, y.grad) == (ag.Var, "x", True, True, None)
    ag.sum(x * y).backward()
    np.testing.assert_array_equal(x.grad.value, [1, 2])
    np.testing.assert_array_equal(y.grad.value, [1, 2])
    assert not np.shares_memory(x.value, y.value)
    x[0] = 5.0 * x[1]  # a variable written to is computed from what was
    with pytest.raises(TrackedError, match=r"detach"):
        duplicate(x)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_constants_copy_is_a_constant(duplicate):
    x = ag.Tensor([1.0, 2.0])
    y = duplicate(x)
    y[0] = 3.0
    assert (x.value[0], y.requires_grad) == (1, False)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: ag.full((3,), x),
        lambda x: ag.full((3,), fill_value=x),
        lambda x: ag.linspace(x, 2.0, 3),
        lambda x: ag.arange(x),
        lambda x: np.arange(x, like=x),
        lambda x: ag.Var(x),
        lambda x: ag.Tensor(x * 2),
        lambda x: ag.Tensor([x, x]),
    ],
)
def test_an_array_made_of_a_tracked_number_is_refused(make):
    with pytest.raises(TrackedError, match=r"\.detach\(\)"):
        ag.grad(lambda x: ag.sum(make(x)))(3.0)
