"""Property-based tests try the same examples each time: none is red by chance."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, print_blob=False)
settings.load_profile("same")
