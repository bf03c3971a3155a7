"""Studies: several configurations, each run with many seeds, as one object.

A study is a pure function of its plan, as a run is of its spec.

- What is run: `plan`; `reading` (as people write it), `sweep` (a grid or at random), `race` (one
  seed, equal effort);
- what is done: `execution` (in processes), of which `records` and `results` are kept;
- what that says: `measures`, `comparison` (tables, tests, sentences), `cautions` (what speaks
  against it); for pictures `done` (what each run came to), `courses` (how it got there), `swept`
  (over which values);
- how it reads: `listing` (runs in lists), `settings` (the words for a path of a spec).

Imports analysis and below; knows no file and no window.
"""
