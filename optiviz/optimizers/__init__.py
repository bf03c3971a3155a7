"""Algorithms, one file each; a new file here is a new algorithm everywhere.

Imports methods, where what several algorithms are made of is kept, schedules and the engine.
"""
