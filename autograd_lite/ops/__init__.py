"""The operations: each a line of a table, with its value and its partials. A file is one family."""
