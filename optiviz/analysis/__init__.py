"""Numbers about runs: planes through data, contour lines, regressions, diagnosis. No drawing.

Imports problems and below.
"""
