"""What several algorithms are made of: rooms that files of `optimizers` share.

An algorithm is one file of `optimizers`, which never imports another one; what two of them need is
here. Imports schedules and the engine.
"""
