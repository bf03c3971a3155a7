"""A spec of one's own that names a table beside it."""

_SPEC = """
[problem]
kind = "network_training"
[problem.dataset]
kind = "csv"
file = "{file}"
[problem.network]
layers = [{{units = 1}}]
[optimizer]
kind = "hill_climbing"
[stopping]
max_iterations = {iterations}
"""


def spec_text(file: str, iterations: int) -> str:
    return _SPEC.format(file=file, iterations=iterations)
