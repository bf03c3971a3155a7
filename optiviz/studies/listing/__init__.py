"""Runs in lists: what is said of each, in what order, and in what their settings differ.

The same for live runs and for those of studies, in the window, on the command line and in reports:
`columns` makes the rows and says what each column shows, `arrangement` filters, sorts and groups
them, `differences` lays their settings side by side.
"""
