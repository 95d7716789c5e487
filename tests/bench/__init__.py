"""Measurements: `make bench`, or `python -m tests.bench intake volume …` for some of them.

Everything is a ratio within one run, or a count of statements, milliseconds in the database and
CPU time: absolute rates say more about the machine than about the program.
"""
