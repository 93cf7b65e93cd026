"""The engine: rows, operations as data, recording, the four kinds of rule and the two sweeps.

`row` and `tensor` are what is recorded and what a user holds; `op` is an operation as data, `recording` how calling it
leaves a row; `rules` turns a line of a table into how adjoints and tangents pass; `sweep` reads the rows in either
direction. `views`, `modes`, `nested`, `zeros`, `fitting`, `corners` and `undefined` are one difficulty each.
"""
