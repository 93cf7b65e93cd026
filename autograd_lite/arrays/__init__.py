"""What the engine stands on: the arrays of NumPy and of other libraries.

`libraries` tells whose an array is and is the only file that names libraries; `kernels` finds how an operation is
computed there, `indexing` how entries are read and written; `memory` tells who else sees an array; `trees` takes
containers of arrays apart.
"""
