"""Studies: several configurations, each run with many seeds, as one object.

A study is a pure function of its plan, as a run is of its spec: `plan` says which runs there are,
`execution` does them in processes, `records` is what is kept of each, `results` holds those.

Imports analysis and below; knows no file and no window.
"""
