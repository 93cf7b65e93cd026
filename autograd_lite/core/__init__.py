"""The engine: rows, operations as data, recording, the four kinds of rule and the two sweeps.

`row` and `tensor` are what is recorded and what a user holds; `op` is an operation as data, `recording` how calling it
leaves a row; `rules` turns a line of a table into how tangents (there) and adjoints (`pulls`) pass; `sweep` reads the
rows in either direction. The hot paths are `recording`'s callers, `pulls` and the loops of `sweep`. `views`, `modes`,
`nested`, `zeros`, `fitting` and `corners` are one difficulty each.
"""
