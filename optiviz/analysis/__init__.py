"""Numbers about runs: planes through data, diagnosis. No drawing.

Imports problems and below.
"""
