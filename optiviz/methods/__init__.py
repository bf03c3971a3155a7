"""What several algorithms are made of: rooms that files of `optimizers` share. Imports the engine.

An algorithm is one file of `optimizers`, which never imports another one; what two of them need is
here.
"""
