"""Numbers about runs, in one room for each question; nothing is drawn here.

- `statistics`: what many runs say together, in plain words;
- `runs`: what happened on the way; `tried`: what was proposed, and what became of it;
- `diagnosis`: why it stopped improving; `descent`: which learning rates are stable, and more;
- `landscape`: the objective over a plane of points; `features`: planes through a dataset;
- `networks`: where units stand, and how they fare; `regression`: how well numbers are predicted;
- `listings`: algorithms line by line; `script`: a run as a program of its own;
- `contours` and `ellipses`: lines to draw.

Imports problems and below.
"""
