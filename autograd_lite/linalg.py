"""Linear algebra, in the Array API's names and SciPy's: ``ag.linalg.solve(a, b)``. Stacks of matrices throughout."""

from autograd_lite.ops.arrange import cross, diagonal, kron
from autograd_lite.ops.linalg import matmul, outer, tensordot, trace, vecdot
from autograd_lite.ops.shape import matrix_transpose

__all__ = ["cross", "diagonal", "kron", "matmul", "matrix_transpose", "outer", "tensordot", "trace", "vecdot"]
