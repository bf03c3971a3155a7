"""What happened along a run, and how runs compare.

Where it has been, stood still, what it reported, which events; what it has cost (`effort`,
`spending`, `prices`), whether runs begin at the same point (`starts`), and how far one that was
recorded elsewhere is the same as one of ours (`agreement`).
"""
