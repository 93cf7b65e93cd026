"""Special functions: the table, in `functions`, and what SciPy has not, computed on arrays."""
