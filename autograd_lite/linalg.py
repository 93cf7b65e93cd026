"""Linear algebra, in the Array API's names and SciPy's: ``ag.linalg.solve(a, b)``. Stacks of matrices throughout."""

from autograd_lite.ops.arrange import cross, diagonal, kron
from autograd_lite.ops.matrices.decompose import eig, eigh, eigvals, eigvalsh, matrix_rank, qr, svd, svdvals
from autograd_lite.ops.matrices.determinants import det, slogdet
from autograd_lite.ops.matrices.norms import cond, lstsq, matrix_norm, multi_dot, norm, pinv, vector_norm
from autograd_lite.ops.matrices.products import matmul, outer, tensordot, trace, vecdot
from autograd_lite.ops.matrices.solve import cholesky, expm, inv, matrix_power, solve
from autograd_lite.ops.shape import matrix_transpose

# fmt: off
__all__ = [
    "cholesky", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "expm", "inv", "kron",
    "lstsq", "matmul", "matrix_norm", "matrix_power", "matrix_rank", "matrix_transpose", "multi_dot", "norm", "outer",
    "pinv", "qr", "slogdet", "solve", "svd", "svdvals", "tensordot", "trace", "vecdot", "vector_norm",
]
# fmt: on
