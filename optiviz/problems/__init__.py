"""What can be optimised, one file each; a new file here is a new problem everywhere.

Imports networks, datasets and the engine.
"""
