"""The graph: what is in it, that it renders without a system's Graphviz, and what happens without any."""

import importlib
import shutil
import xml.etree.ElementTree as ET

import graphviz
import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import MissingExtraError, NonScalarError, UntrackedError
from autograd_lite.show.draw import CONSTANT, FOLDED, INPUT, OPERATION, OUTPUT

SVG = "{http://www.w3.org/2000/svg}"


def small():
    x, y = ag.Var(2.0, name="x"), ag.Var(3.0, name="y")
    return ag.sin(x) * y - 0.5


def parsed(graph):
    """The drawing as an XML tree: its nodes' and edges' texts by title."""
    root = ET.fromstring(graph.pipe("svg"))
    groups = {"node": {}, "edge": {}, "cluster": {}}
    for g in root.iter(f"{SVG}g"):
        kind = g.get("class")
        if kind in groups:
            groups[kind][g.find(f"{SVG}title").text] = [t.text.strip() for t in g.iter(f"{SVG}text")]
    return groups


def test_nodes_edges_and_what_they_say():
    drawn = parsed(ag.draw(small()))
    said = sorted(" ".join(texts) for texts in drawn["node"].values())
    assert said == [
        "0.5",
        "v3 = sin(v1) 0.909297",
        "v4 = v3*v2 2.72789",
        "v5 = v4 - 0.5 2.22789",
        "x v1 = 2",
        "y v2 = 3",
    ]
    assert len(drawn["edge"]) == 5
    assert not any(drawn["edge"].values())


def test_kinds_differ_in_shape_and_in_colour():
    kinds = (INPUT, CONSTANT, OPERATION, OUTPUT, FOLDED)
    assert len({(k["shape"], k.get("peripheries"), k.get("style")) for k in kinds}) == 5
    assert len({(k["fillcolor"], k["color"]) for k in kinds}) == 5
    source = ag.draw(small()).source
    assert source.count(f'fillcolor="{INPUT["fillcolor"]}" shape=ellipse') == 2
    assert source.count("peripheries=2") == 1
    assert source.count('style="filled,dashed"') == 1


def test_values_partials_and_adjoints_on_request():
    bare = parsed(ag.draw(small(), values=False))
    assert sorted(" ".join(texts) for texts in bare["node"].values())[1:] == [
        "v3 = sin(v1)", "v4 = v3*v2", "v5 = v4 - 0.5", "x v1", "y v2",
    ]  # fmt: skip
    full = parsed(ag.draw(small(), partials=True, adjoints=True))
    edges = sorted(" ".join(texts) for texts in full["edge"].values())
    assert edges == ["", "1", "cos(v1) = -0.416147", "v2 = 3", "v3 = 0.909297"]
    nodes = [" ".join(texts) for texts in full["node"].values()]
    assert "x v1 = 2 v̄1 = -1.24844" in nodes
    shapes = parsed(ag.draw(ag.Var(np.ones((2, 3)), name="W") * 2, values=False))
    assert ["W", "v1 (2, 3)"] in shapes["node"].values()


def test_adjoints_of_an_array_need_a_seed():
    y = ag.Var(np.ones(2)) * 2
    with pytest.raises(NonScalarError):
        ag.draw(y, adjoints=True)
    assert "v̄1 = [2, 6]" in ag.draw(ag.tape(y).reverse(np.array([1.0, 3.0])), adjoints=True).source


def test_names_are_escaped():
    x = ag.Var(1.0, name='<a> & "b"')
    drawn = parsed(ag.draw(x * 2))
    assert '<a> & "b"' in [texts[0] for texts in drawn["node"].values()]


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_direction(direction):
    assert f"rankdir={direction}" in ag.draw(small(), direction=direction).source


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="direction is"):
        ag.draw(small(), direction="up")
    with pytest.raises(UntrackedError):
        ag.draw(ag.Tensor(1.0))
    with pytest.raises(ValueError, match="no format 'xyz'"):
        ag.draw(small()).pipe("xyz")


# -- groups ---------------------------------------------------------------------------------------------------------


def linear(x, name, *, activation=False):
    w, b = ag.Var(np.ones((2, 2)), name=f"{name}.weight"), ag.Var(np.zeros(2), name=f"{name}.bias")
    since = ag.tick()
    h = x @ w + b
    if activation:
        inner = ag.tick()
        h = ag.tanh(h)
        ag.group([h], "Tanh", inner)
    ag.group([h], name, since)
    return h


def network():
    since = ag.tick()
    h = linear(linear(np.ones((3, 2)), "one", activation=True), "two")
    ag.group([h], "Sequential", since)
    return ag.sum(h**2)


def clusters(graph):
    """In which clusters of the DOT text each node is, from the outside in."""
    stack, found = [], {}
    for line in map(str.strip, graph.source.splitlines()):
        if line.startswith("subgraph"):
            stack.append("")
        elif stack and line.startswith("color="):
            stack[-1] = line.partition("label=")[2].split()[0]
        elif line == "}" and stack:
            stack.pop()
        elif "[label=" in line:
            found[line.split()[0]] = tuple(stack)
    return found


def test_layers_are_clusters_and_nest():
    one, two = ("Sequential", "one"), ("Sequential", "two")
    assert clusters(ag.draw(network())) == {
        "v1": ("Sequential",), "v2": ("Sequential",), "v3": ("Sequential",), "v4": ("Sequential",),  # made inside
        "v5_0": one, "v5": one, "v6": one, "v7": (*one, "Tanh"),
        "v8": two, "v9": two,
        "v10": (), "v11": (),
    }  # fmt: skip
    drawn = parsed(ag.draw(network()))["cluster"]
    assert sorted(texts[0] for texts in drawn.values()) == ["Sequential", "Tanh", "one", "two"]


def test_a_layer_called_twice_is_two_clusters():
    x = ag.Var(1.0)
    for _ in range(2):
        since = ag.tick()
        x = ag.tanh(x)
        ag.group([x], "Tanh", since)
    assert len(parsed(ag.draw(x))["cluster"]) == 2


def test_folded_layers_leave_no_empty_cluster():
    x = ag.Var(1.0)
    for _ in range(20):
        since = ag.tick()
        x = ag.tanh(x)
        ag.group([x], "Tanh", since)
    assert len(parsed(ag.draw(x, fold=4))["cluster"]) == 4
    assert ag.draw(x, fold=4).source.count("subgraph") == 4


# -- folding ----------------------------------------------------------------------------------------------------------


def test_large_graphs_fold_in_the_middle():
    x = ag.Var(0.5, name="x")
    y = x
    for _ in range(50):
        y = ag.sin(y) * x
    drawn = parsed(ag.draw(y, fold=6, partials=True))
    assert len(drawn["node"]) == 1 + 6 + 1
    assert ["⋯ 94 more operations ⋯"] in drawn["node"].values()
    titles = [set(edge.split("->")) for edge in drawn["edge"]]
    assert sum("folded" in pair for pair in titles) == 3  # from x, from the last shown, to the next shown
    assert len(parsed(ag.draw(y, fold=None))["node"]) == 101


def test_many_inputs_fold_too():
    xs = [ag.Var(float(i)) for i in range(100)]
    drawn = parsed(ag.draw(ag.stack(xs).sum(), fold=10))
    assert len(drawn["node"]) == 11 + 2
    assert ["⋯ 90 more inputs ⋯"] in drawn["node"].values()


# -- rendering ----------------------------------------------------------------------------------------------------


def test_render_writes_pictures(tmp_path):
    graph = ag.draw(small())
    svg = graph.render(tmp_path / "new" / "graph.svg")
    assert ET.parse(svg).getroot().tag == f"{SVG}svg"
    png = graph.render(str(tmp_path / "graph"), format="png")
    assert png.endswith("graph.png")
    with open(png, "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert graph.render(tmp_path / "graph.gv") == str(tmp_path / "graph.gv")
    assert (tmp_path / "graph.gv").read_text(encoding="utf-8") == graph.source
    assert graph.render(tmp_path / "v1.0", format="svg").endswith("v1.0.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["graph.gv", "graph.png", "new", "v1.0.svg"]


def test_it_is_a_digraph_and_shows_itself_in_notebooks():
    graph = ag.draw(small())
    assert isinstance(graph, graphviz.Digraph)
    bundle = graph._repr_mimebundle_()
    assert ET.fromstring(bundle["image/svg+xml"].encode()).tag == f"{SVG}svg"
    assert isinstance(graph.pipe("svg", encoding="utf-8"), str)


def test_a_systems_dot_comes_first(monkeypatch):
    asked = []
    monkeypatch.setattr(shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(graphviz.Digraph, "pipe", lambda self, *args, **options: asked.append(args) or b"drawn")
    assert ag.draw(small()).pipe() == b"drawn"
    assert asked == [("svg",)]


@pytest.fixture
def without_graphviz(monkeypatch):
    """A machine with neither a dot program nor pygraphviz."""
    real = importlib.import_module

    def missing(name, *args):
        if name == "pygraphviz":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(shutil, "which", lambda program: None)
    monkeypatch.setattr(importlib, "import_module", missing)


@pytest.mark.usefixtures("without_graphviz")
def test_without_any_graphviz_there_is_the_text_and_a_note(tmp_path):
    graph = ag.draw(small())
    note = r"pip install 'autograd-lite\[draw\]'"
    with pytest.warns(UserWarning, match=note):
        path = graph.render(tmp_path / "graph.svg")
    assert path == str(tmp_path / "graph.dot")
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8") == graph.source
    assert not (tmp_path / "graph.svg").exists()
    with pytest.raises(MissingExtraError, match=note):
        graph.pipe("svg")
    shown = graph._repr_mimebundle_()["text/plain"]
    assert "autograd-lite[draw]" in shown
    assert graph.source in shown
    assert "digraph" in str(graph)


def test_render_takes_graphvizs_words_and_no_others(tmp_path):
    graph = ag.draw(ag.Var(2.0) * 3)
    path = graph.render(outfile=tmp_path / "there.svg", cleanup=True)
    assert path == str(tmp_path / "there.svg")
    assert (tmp_path / "there.svg").read_text().count("<svg") == 1
    with pytest.raises(TypeError, match="outfil"):
        graph.render(outfil=tmp_path / "elsewhere.svg")
    assert [p.name for p in tmp_path.iterdir()] == ["there.svg"]
