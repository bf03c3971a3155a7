"""Tables of people's own: their bytes by what is in them, and how text becomes columns of numbers.

Imports the engine and numpy; knows no dataset and no window.
"""
