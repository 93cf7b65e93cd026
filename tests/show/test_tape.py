"""The table: the lecture's, symbol for symbol and number for number; every operation; every way to print it."""

import html.parser
import math
import re
import unicodedata
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.__main__ import evaluate
from autograd_lite.core.op import OPS
from autograd_lite.errors import NonScalarError, SeedError, UntrackedError
from autograd_lite.show.symbols import Symbol, derivative, node
from tests.conftest import seeded
from tests.support.domains import DIFFERENTIABLE, DOMAINS

Y, MU, SIGMA = 1.3, 0.4, 0.9


def lognormal():
    y, mu, sigma = ag.Var(Y, name="y"), ag.Var(MU, name="μ"), ag.Var(SIGMA, name="σ")
    return -0.5 * ((y - mu) / sigma) ** 2 - ag.log(sigma) - 0.5 * math.log(2 * math.pi)


V4 = Y - MU
V5 = V4 / SIGMA
V8 = math.log(SIGMA)
LECTURE = [  # var, value, number, partials with their numbers, adjoint in closed form
    ("v1", "y", Y, {}, -V4 / SIGMA**2),
    ("v2", "μ", MU, {}, V4 / SIGMA**2),
    ("v3", "σ", SIGMA, {}, V4**2 / SIGMA**3 - 1 / SIGMA),
    ("v4", "v1 - v2", V4, {"v1": ("1", 1), "v2": ("-1", -1)}, -V4 / SIGMA**2),
    ("v5", "v4/v3", V5, {"v4": ("1/v3", 1 / SIGMA), "v3": ("-v4/v3**2", -V4 / SIGMA**2)}, -V5),
    ("v6", "v5**2", V5**2, {"v5": ("2*v5", 2 * V5)}, -0.5),
    ("v7", "(-0.5)*v6", -0.5 * V5**2, {"v6": ("-0.5", -0.5)}, 1),
    ("v8", "log(v3)", V8, {"v3": ("1/v3", 1 / SIGMA)}, -1),
    ("v9", "v7 - v8", -0.5 * V5**2 - V8, {"v7": ("1", 1), "v8": ("-1", -1)}, 1),
    ("v10", "v9 - 0.918939", -0.5 * V5**2 - V8 - 0.5 * math.log(2 * math.pi), {"v9": ("1", 1)}, 1),
]


@pytest.mark.parametrize(("i", "expected"), [*enumerate(LECTURE)])
def test_the_lectures_table(i, expected):
    var, value, number, partials, adjoint = expected
    line = ag.tape(lognormal()).reverse()[i]
    assert (line.var, str(line.expression)) == (var, value)
    assert {p.arg: str(p.formula) for p in line.partials} == {arg: formula for arg, (formula, _) in partials.items()}
    # a few roundings in double precision, of numbers near 1; the adjoint of σ is a difference that is nearly 0
    assert line.value == pytest.approx(number, rel=1e-15, abs=1e-15)
    assert [p.number for p in line.partials] == pytest.approx([n for _, n in partials.values()], rel=1e-15)
    assert line.adjoint == pytest.approx(adjoint, rel=1e-15, abs=1e-15)


def test_the_lectures_table_as_printed():
    assert str(ag.tape(lognormal())).splitlines() == [
        "var | value         | number    | partials",
        "----+---------------+-----------+----------------------------------------------------------",
        "v1  | y             | 1.3       |",
        "v2  | μ             | 0.4       |",
        "v3  | σ             | 0.9       |",
        "v4  | v1 - v2       | 0.9       | ∂v4/∂v1 = 1                ∂v4/∂v2 = -1",
        "v5  | v4/v3         | 1         | ∂v5/∂v4 = 1/v3 = 1.11111   ∂v5/∂v3 = -v4/v3**2 = -1.11111",
        "v6  | v5**2         | 1         | ∂v6/∂v5 = 2*v5 = 2",
        "v7  | (-0.5)*v6     | -0.5      | ∂v7/∂v6 = -0.5",
        "v8  | log(v3)       | -0.105361 | ∂v8/∂v3 = 1/v3 = 1.11111",
        "v9  | v7 - v8       | -0.394639 | ∂v9/∂v7 = 1                ∂v9/∂v8 = -1",
        "v10 | v9 - 0.918939 | -1.31358  | ∂v10/∂v9 = 1",
    ]


def test_an_adjoint_is_the_sum_of_its_contributions():
    table = ag.tape(lognormal()).reverse()
    for line in table:
        assert sum(c.amount for c in line.contributions) == line.adjoint
        for c in line.contributions:
            if c.source:
                (partial,) = [p for p in table[c.source].partials if p.arg == line.var]
                # one product in double precision; the pull of v/y may divide where the partial multiplies
                assert c.amount == pytest.approx(table[c.source].adjoint * partial.number, rel=1e-15)
    assert [str(c) for c in table["σ"].contributions] == ["v̄5·∂v5/∂v3 = 1.11111", "v̄8·∂v8/∂v3 = -1.11111"]
    assert str(table[-1].contributions[0]) == "1 (seed)"


def test_tangents():
    table = ag.tape(lognormal()).forward({"σ": 1.0}).forward([1.0, 1.0, 0.0])
    assert list(table[-1].tangents) == ["∂v/∂σ", "v̇"]
    assert table["σ"].tangents == {"∂v/∂σ": 1.0, "v̇": 0.0}
    # cancellation of two numbers near 1
    assert table[-1].tangents["∂v/∂σ"] == pytest.approx(V4**2 / SIGMA**3 - 1 / SIGMA, abs=1e-15)
    assert table[-1].tangent == 0.0  # the density depends on y - μ only
    assert "∂v/∂σ" in str(table)
    assert r"\frac{\partial v}{\partial \sigma} & \dot{v}" in table.to_latex()


def test_directions_have_columns_of_their_own():
    table = ag.tape(lognormal()).forward([1.0, 2.0, 0.0]).forward([2.0, 1.0, 0.0])
    assert list(table[-1].tangents) == ["v̇", "v̇ (2)"]
    assert table[-1].tangents["v̇"] == -table[-1].tangents["v̇ (2)"] != 0


def test_columns_are_aligned_though_a_bar_over_a_letter_takes_no_column():
    named = ag.Var(1.0, name="変数")
    for table in (ag.tape(lognormal()).forward([1.0, 2.0, 0.0]).reverse(), ag.tape(2 * named)):
        seen = "".join([c for c in str(table) if not unicodedata.combining(c)])
        lines = seen.replace("変数", "wide").splitlines()
        bars = [i for i, c in enumerate(lines[1]) if c == "+"]
        assert all([i for i, c in enumerate(line) if c == "|"] == bars for line in [lines[0], *lines[2:]])


def test_sweeps_leave_the_tape_they_were_asked_of_alone():
    table = ag.tape(lognormal())
    table.reverse()
    table.forward({"y": 1.0})
    assert table[0].adjoint is None
    assert table[0].tangents == {}
    assert table.reverse(2.0)["y"].adjoint == 2 * table.reverse()["y"].adjoint


def test_adjoints_are_the_gradients(rng):
    z = ag.Var(rng.normal(size=3) + 1j * rng.normal(size=3), name="z")
    w = ag.Var(rng.normal(size=(2, 3)), name="w")
    y = ag.sum(ag.abs(w @ z) ** 2)
    table = ag.tape(y).reverse()
    y.backward()
    for variable in (z, w):  # the same sums in the same order
        np.testing.assert_array_equal(table[variable].adjoint, variable.grad.value)


# -- names, constants, arrays ---------------------------------------------------------------------------------------


def test_inputs_come_first_in_their_order_and_names_appear():
    a = ag.Var(2.0, name="a")
    b = a * a
    c = ag.Var(3.0)
    y = b * c * ag.Tensor(4.0, name="k")
    y.name = "energy"
    table = ag.tape(y)
    assert [str(line.expression) for line in table] == ["a", "input", "v1*v1", "v3*v2", "v4*k"]
    assert table["energy"] == table["v5"] == table[-1] == table[y]
    assert table[-1].label == "v5 (energy)"
    assert "v5 (energy)" in str(table)
    assert "v_{5}\\;(\\mathrm{energy})" in table.to_latex()
    assert [line.var for line in table[1:3]] == ["v2", "v3"]
    assert (len(table), len(table.inputs), len(table.outputs)) == (5, 2, 1)


def test_an_argument_used_twice_has_one_partial_and_it_is_the_sum():
    x = ag.Var(3.0)
    (partial,) = ag.tape(x * x)[-1].partials
    assert (str(partial.formula), partial.number) == ("2*v1", 6.0)
    m = ag.Var(np.eye(2))
    (partial,) = ag.tape(m @ m)[-1].partials
    assert str(partial) == "∂v2/∂v1 = · @ v1 + v1 @ ·"


def test_arrays_show_shape_and_a_short_value():
    x = ag.Var(np.arange(3.0), name="x")
    w = ag.Var(np.arange(200.0).reshape(20, 10) / 7)
    text = str(ag.tape(ag.tanh(x)[1:] * 2.0))
    assert "(3,) [0, 1, 2]" in text
    assert "v2[1:]" in text
    assert "∂v3/∂v2 = ·[1:]" in text
    text = str(ag.tape(w * np.ones((20, 10))))
    assert "(20, 10) [[0, 0.1429, …, 28.43]]" in text
    assert "v1*array(20, 10)" in text
    assert max(map(len, text.splitlines())) < 120


def test_the_partial_of_a_reduction_to_one_number_is_its_gradient(rng):
    x = ag.Var(rng.normal(size=4))
    partials = ag.tape(ag.logsumexp(x))[-1].partials
    # a formula and a quotient of sums, each with a few roundings
    np.testing.assert_allclose(partials[0].number, ag.softmax(x.value), rtol=1e-14)
    assert ag.tape(ag.sum(x, axis=0, keepdims=True))[-1].partials[0].number is None


def test_untracked_and_foreign_things_are_refused():
    with pytest.raises(UntrackedError, match="nothing was recorded"):
        ag.tape(ag.Tensor(2.0))
    with pytest.raises(TypeError, match="an output is a Tensor, not float"):
        ag.tape(2.0)
    table = ag.tape(ag.Var(1.0))
    with pytest.raises(KeyError, match="v1 to v1"):
        table["v2"]
    with pytest.raises(KeyError, match="not on the tape"):
        table[ag.Var(1.0)]
    with pytest.raises(IndexError):
        table[1]


def test_several_outputs():
    x = ag.Var(2.0, name="x")
    table = ag.tape({"square": x * x, "cube": x**3, "constant": ag.Tensor(1.0)})
    assert len(table) == 3
    assert [line.var for line in table.outputs] == ["v2", "v3"]
    with pytest.raises(NonScalarError, match="3 outputs"):
        table.reverse()
    with pytest.raises(SeedError, match="2 seeds do not fit 3 outputs"):
        table.reverse([1.0, 1.0])
    assert table.reverse([2.0, 1.0, 0.0])["x"].adjoint == 1 * 3 * 2.0**2 + 2 * 2 * 2.0


def test_seeds_and_tangents_that_do_not_fit_are_refused():
    x = ag.Var(np.ones(3), name="x")
    table = ag.tape(2 * x)
    with pytest.raises(NonScalarError, match=r"shape \(3,\).*y\.sum"):
        table.reverse()
    with pytest.raises(SeedError):
        table.reverse(np.ones(2))
    np.testing.assert_array_equal(table.reverse(np.ones(3))["x"].adjoint, [2, 2, 2])
    with pytest.raises(SeedError, match="no input; the inputs are x"):
        table.forward({"v2": np.ones(3)})
    with pytest.raises(SeedError, match=r"shape \(\) does not fit v1 of shape \(3,\)"):
        table.forward({"x": 1.0})
    with pytest.raises(SeedError, match="2 tangents do not fit 3 inputs"):
        ag.tape(lognormal()).forward([1.0, 2.0])
    np.testing.assert_array_equal(table.forward({x: np.arange(3)})[-1].tangent, [0, 2, 4])


def test_the_slope_of_tanh_is_written_as_in_a_textbook():
    x = ag.Var(0.3, name="x")
    assert "∂v2/∂v1 = 1 - v2**2 = 0.915137" in str(ag.tape(ag.tanh(x)))
    slope = str(ag.tape(ag.grad(ag.tanh)(x)))  # where it is a row of its own
    assert "| 1 - v3**2 | 0.915137 | ∂v4/∂v3 = -2*v3 = -0.582625" in slope
    a, b = Symbol("a"), Symbol("b")
    formula = node(OPS["one_minus_square"], [a * b]) * b
    assert (str(formula), formula.latex()) == (
        "(1 - (a*b)**2)*b",
        r"\left(1 - \left(a \, b\right)^{2}\right) \, b",
    )


def test_products_with_a_transpose_are_written_as_such():
    x, w = ag.Var(np.ones((2, 3)), name="x"), ag.Var(np.ones((3, 2)), name="w")
    (x @ w).backward(np.ones((2, 2)), create_graph=True)
    assert "v2  | [[1, 1], [1, 1]] @ v1.T" in str(ag.tape(x.grad))
    assert "v2  | v1.T @ [[1, 1], [1, 1]]" in str(ag.tape(w.grad))
    a, b, c = Symbol("a"), Symbol("b"), Symbol("c")
    left, right = OPS["matmul_nt"], OPS["matmul_tn"]
    for formula, text, latex in (
        (node(left, [a + b, b + c]), "(a + b) @ (b + c).T", r"\left(a + b\right) \, \left(b + c\right)^{\top}"),
        (node(right, [a + b, b + c]), "(a + b).T @ (b + c)", r"\left(a + b\right)^{\top} \, \left(b + c\right)"),
        (node(right, [a, node(left, [b, c])]), "a.T @ (b @ c.T)", r"a^{\top} \, \left(b \, c^{\top}\right)"),
        (node(left, [node(left, [a, b]), c]) + a, "a @ b.T @ c.T + a", r"a \, b^{\top} \, c^{\top} + a"),
    ):
        assert (str(formula), formula.latex()) == (text, latex)


def test_a_hole_in_a_seed_hides_a_singular_partial():
    x = ag.Var(np.array([0.0, 4.0]))
    assert list(ag.tape(ag.sqrt(x)).reverse(np.array([0.0, 1.0]))[0].adjoint) == [0.0, 0.25]


# -- folding and the other formats ----------------------------------------------------------------------------------


def chain(n):
    x = ag.Var(0.5, name="x")
    for _ in range(n):
        x = ag.sin(x)
    return x


@pytest.mark.parametrize("fold", [2, 5, 10])
def test_long_tapes_fold_in_the_middle(fold):
    table = ag.tape(chain(100), fold=fold)
    lines = str(table).splitlines()[2:]
    shown = [line.split()[0] for line in lines]
    head, tail = math.ceil(fold / 2), fold // 2
    numbers = [*range(1, head + 1), *range(102 - tail, 102)]
    assert shown == [*[f"v{i}" for i in numbers[:head]], "⋮", *[f"v{i}" for i in numbers[head:]]]
    assert f"({101 - fold} more)" in lines[head]
    assert len(table) == 101
    assert f"{101 - fold} more" in table.to_markdown()
    assert rf"\vdots & \text{{{101 - fold} more}}" in table.to_latex()
    assert f"{101 - fold} more" in table._repr_html_()
    assert len(str(ag.tape(chain(100), fold=None)).splitlines()) == 103


def test_a_long_tape_costs_only_the_lines_that_are_shown():
    rule, calls = ag.sin.op.rules, []
    try:
        ag.sin.op.rules = (lambda v, x: calls.append(1) or rule[0](v, x),)
        str(ag.tape(chain(10_000), fold=4))
    finally:
        ag.sin.op.rules = rule
    assert 0 < len(calls) < 20


AWKWARD = [
    lambda: lognormal(),
    lambda: abs(ag.Var(-2.0, name="a|b")) ** 0.5,
    lambda: ag.Var(2.0, name="<b>&") * 1e-30 - 3.0,
    lambda: ag.where(np.array([True, False]), ag.Var(np.ones(2), name="100%_{x}"), -1.0).sum(),
    lambda: ag.einsum("ij,j->", ag.Var(np.ones((2, 2))), np.ones(2)),
    lambda: ag.maximum(ag.Var(1.0), 2.0) * ag.Var(np.inf),
    lambda: chain(60),
]


@pytest.mark.parametrize("make", AWKWARD)
def test_html_is_well_formed(make):
    table = ag.tape(make()).reverse()
    source = table._repr_html_()
    root = ET.fromstring(source)  # strict: every tag closed, every & and < escaped
    html.parser.HTMLParser().feed(source)
    rows = root.findall("tbody/tr")
    assert len(rows) == min(len(table), 41)
    assert "".join(rows[0][1].itertext()) == str(table[0].expression)
    assert all(sum(int(cell.get("colspan", 1)) for cell in row) == 6 for row in rows)


@pytest.mark.parametrize("make", AWKWARD)
def test_markdown_has_the_same_columns_in_every_line(make):
    lines = ag.tape(make()).reverse().to_markdown().splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {7}
    assert all(line.count("`") % 2 == 0 for line in lines)


@pytest.mark.parametrize("make", AWKWARD)
def test_latex_is_balanced(make):
    source = ag.tape(make()).reverse().to_latex()
    unescaped = re.sub(r"\\[{}]", "", source)
    depth = 0
    for c in unescaped:
        depth += (c == "{") - (c == "}")
        assert depth >= 0
    assert depth == 0
    assert source.count(r"\left") == source.count(r"\right")
    body = source.splitlines()[1:-1]
    assert all(len(re.findall(r"(?<!\\)&", line)) == 5 for line in body if line != r"\hline")
    assert source.isascii() or "σ" not in source
    assert not re.search(r"(?<!\\)[%#$]", source)


def test_greek_and_subscripts_in_latex():
    names = {"σ": r"\sigma", "x1": "x_{1}", "w_out": r"w_{\mathrm{out}}", "λ_2": r"\lambda_{2}", "Γ": r"\Gamma"}
    names |= {"rate": r"\mathrm{rate}", "0.weight": r"\mathrm{0.weight}", "Α": r"\mathrm{Α}", "µ": r"\mu"}
    for name, expected in names.items():
        assert Symbol(name).latex() == expected


# -- formulas ---------------------------------------------------------------------------------------------------------


def symbols(*names):
    return [Symbol(name) for name in names]


def test_formulas_are_put_in_brackets_where_they_have_to_be():
    a, b, c = symbols("a", "b", "c")
    formulas = {
        "a - (b - c)": a - (b - c),
        "a + b - c": a + b - c,
        "(a + b)*c": (a + b) * c,
        "-(a + b)": -(a + b),
        "a**(b - 1)": a ** (b - 1),
        "(a + b)**2": (a + b) ** 2,
        "(a**b)**c": (a**b) ** c,
        "(-a)**b": (-a) ** b,
        "a**(-0.5)": a**-0.5,
        "a @ b*c": node(OPS["multiply"], [a @ b, c]),
        "a*(b @ c)": node(OPS["multiply"], [a, b @ c]),
        "a % (b % c)": a % (b % c),
        "|a + b|": abs(a + b),
        "sin(a + b)": ag.sin(a + b),
    }
    assert {str(f) for f in formulas.values()} == set(formulas)
    assert (a / (b + c)).latex() == r"\frac{a}{b + c}"
    assert ((a / b) ** 2).latex() == r"\left(\frac{a}{b}\right)^{2}"


def test_formulas_are_simplified():
    a, b = symbols("a", "b")
    formulas = [
        (a * 1, "a"), (0 + a, "a"), (a - a, "0"), (a / a, "1"), (a * 0, "0"), (a**1, "a"), (a**0, "1"),
        (ag.negative(-a), "a"),
        (a - -b, "a + b"), (a + -b, "a - b"), (-1 * a, "-a"), (a * -2, "-2*a"), (-a / -b, "a/b"),
        (a * a, "a**2"),
        (a * a * a, "a**3"), (a**b * a, "a**(b + 1)"), (a / b / b, "a/b**2"), (a + a, "2*a"),
        (a / (a / b), "a*b/a"), (0 / a, "0"), (a * (b / a), "a*b/a"), (np.float64(2.0) * a, "2*a"), (a * 3, "3*a"),
        (np.sin(a), "sin(a)"), (a == a, "True"), (ag.where(a == 0, 1.0, b), "b"), (0 - a, "-a"),
    ]  # fmt: skip
    assert [str(f) for f, _ in formulas] == [text for _, text in formulas]


def test_a_name_is_no_number():
    (a,) = symbols("a")
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(a > 0)
    with pytest.raises(TypeError, match="no entries"):
        np.asarray(a)
    with pytest.raises(TypeError):
        iter(a)
    with pytest.raises(AttributeError):
        _ = a.shape


def single(name, rng):
    """A call of an operation on single numbers, as Vars where it has a derivative."""
    domain, op = DOMAINS[name], OPS[name]
    values = [np.asarray(entries(rng.random(())))[()] for entries in domain.entries]
    return [v if v.dtype.kind != "f" else ag.Var(v, name=f"x{i}") for i, v in enumerate(values)], domain.call or op.call


def as_code(formula):
    """A printed formula as the command line's parser reads it: Iverson's brackets as comparisons, |x| as abs(x)."""
    code = re.sub(r"\[([^\[\]]*[<>=][^\[\]]*)\]", r"(\1)", str(formula))
    return re.sub(r"\|(\w+)\|", r"abs(\1)", code).replace("·", "t")


ELEMENTWISE = [name for name in DIFFERENTIABLE if OPS[name].kind == "elementwise"]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_printed_partials_are_the_numbers(name, rng):
    """What the table prints, read again and evaluated, is the number beside it."""
    for _ in range(3):
        args, call = single(name, rng)
        table = ag.tape(call(*args))
        values = {line.var: line.value for line in table}
        for partial in table[-1].partials:
            assert "∂" not in str(partial.formula), "spelled out, not named"
            # constants are printed with six digits
            assert complex(evaluate(as_code(partial.formula), values)) == pytest.approx(
                complex(partial.number), rel=1e-5
            )


@pytest.mark.parametrize(
    "name", ["sum", "mean", "max", "min", "var", "std", "logsumexp", "softmax", "log_softmax", "flip", "conj", "copy"]
)
def test_printed_maps_are_the_derivatives(name, rng):
    """For operations that are not elementwise the formula is a map: applied to a tangent, it is the forward sweep's."""
    x, t = ag.Var(rng.normal(size=4), name="x"), rng.normal(size=4)
    table = ag.tape(OPS[name].call(x)).forward({"x": t})
    values = {line.var: line.value for line in table} | {"t": t}
    (partial,) = table[-1].partials
    assert "·" in str(partial.formula)
    # the same few operations, perhaps in another order
    np.testing.assert_allclose(evaluate(as_code(partial.formula), values), table[-1].tangent, rtol=1e-12)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_every_operation_prints(name):
    rng, domain = seeded(name), DOMAINS[name]
    for case in domain.family.examples:
        values = domain.values(case, rng.random)
        args = [v if np.asarray(v).dtype.kind not in "fc" else ag.Var(v) for v in values]
        call = domain.call or OPS[name].call
        y = call(*args, **case.options)
        table = ag.tape(y)
        assert len(table[-1].partials) == sum(arg.seq > 0 for arg in y._row.args) > 0
        for source in (str(table), table.to_markdown(), table.to_latex(), table._repr_html_()):
            assert source
        swept = table.reverse(np.ones(y.shape))
        ET.fromstring(swept._repr_html_())
        assert all(np.shape(line.adjoint) == np.shape(line.value) for line in swept)


def test_what_only_fits_shapes_is_not_shown():
    x = ag.Var(np.arange(6.0).reshape(2, 3))
    assert "sum(·*v2, axis=-1)" in str(ag.tape(ag.softmax(x))[-1].partials[0].formula)
    assert (
        str(ag.tape(ag.max(x, axis=0))[-1].partials[0].formula) == "sum(·*[v1 == v2]/sum([v1 == v2], axis=0), axis=0)"
    )
    assert str(ag.tape(ag.sum(x, keepdims=True))[-1].partials[0].formula) == "sum(·, keepdims=True)"  # the user's own


def test_a_users_operation_prints_too():
    cube = ag.elementwise("tape_cube", lambda x: x**3, lambda v, x: 3 * x**2)
    branchy = ag.elementwise("tape_branchy", np.abs, lambda v, x: np.where(x > 0, 1.0, -1.0))
    numpy_rule = ag.elementwise("tape_numpy", np.sin, lambda v, x: np.cos(x))
    odd = ag.elementwise("tape_odd", lambda x, y: x + y, 1, 1, infix="{} ⊕ {}")
    try:
        x = ag.Var(2.0)
        assert str(ag.tape(cube(x))[-1].partials[0]) == "∂v2/∂v1 = 3*v1**2 = 12"
        assert str(ag.tape(branchy(x))[-1].partials[0]) == "∂v2/∂v1 = 1"  # it has no formula, but a number
        assert str(ag.tape(numpy_rule(x))[-1].partials[0]) == "∂v2/∂v1 = cos(v1) = -0.416147"
        assert str(ag.tape(odd(x, 1.0))[-1].expression) == "v1 ⊕ 1"
        assert str(node(odd.op, [node(odd.op, symbols("a", "b")), 1])) == "(a ⊕ b) ⊕ 1"
    finally:
        for name in ("tape_cube", "tape_branchy", "tape_numpy", "tape_odd"):
            del OPS[name]


def test_a_formula_that_is_too_long_is_named():
    op = ag.elementwise("tape_long", np.sin, lambda v, x: sum(ag.sin(k * x) for k in range(1, 20)))
    try:
        formula = derivative(op.op, 0, Symbol("v2"), [Symbol("v1")], None)
        assert (str(formula), formula.latex()) == ("∂v2/∂v1", r"\frac{\partial v_{2}}{\partial v_{1}}")
    finally:
        del OPS["tape_long"]
