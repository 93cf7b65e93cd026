"""Automatic differentiation that shows its work.

>>> import autograd_lite as ag
>>> x1, x2 = ag.Var(2.0, name="x1"), ag.Var(3.0, name="x2")
>>> y = x1 * x2 + ag.sin(x1)
>>> y.backward()
>>> x1.grad, x2.grad
(Tensor(2.5838531634528574), Tensor(2.0))
"""

from autograd_lite import errors, methods, protocols
from autograd_lite.errors import *
from autograd_lite.ops.create import *
from autograd_lite.ops.elementwise import *
from autograd_lite.ops.index import *
from autograd_lite.ops.linalg import *
from autograd_lite.ops.reduce import *
from autograd_lite.ops.shape import *
from autograd_lite.rules import bilinear, elementwise, general, linear, no_grad
from autograd_lite.tensor import Tensor, Var
from autograd_lite.transforms import *
