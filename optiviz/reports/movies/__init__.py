"""A run as a movie: frames of any views, one after the other, and what writes them to a file.

A frame exists while it is written: memory is the same for a movie of any length.
"""
