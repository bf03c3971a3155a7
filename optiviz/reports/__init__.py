"""What is taken away from runs: reports, pictures and tables.

Imports everything below. Matplotlib is imported here alone, and only when something is drawn.

`document` is what a report says, as plain data; `content` makes it. `drawing` draws figures, `data`
has what files of data hold, and `formats` is the list of all files that can be written.
"""
