"""A tape as a program: recorded once (`traced`), made into straight-line code (`program`), run again (`replay`).

`draws` finds the random generators that a function run again has to draw from again.
"""
