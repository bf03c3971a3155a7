"""The panels of the set-up, one file each, top to bottom as one thinks.

Imports the forms, and the datasets, networks and problems whose settings they show.
"""
