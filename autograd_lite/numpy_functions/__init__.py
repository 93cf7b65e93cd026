"""NumPy's protocols, functions and methods on Tensors.

`equivalents` is the table of which function is which here; `protocols` is how NumPy asks. Functions whose signature or
idea differs from this package's own are a file a family.
"""
