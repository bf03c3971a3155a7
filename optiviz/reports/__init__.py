"""What is taken away from runs: reports, pictures and tables.

Imports everything below. Matplotlib is imported here alone, and only when something is drawn.
"""
