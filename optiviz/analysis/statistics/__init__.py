"""Statistics of runs in plain words: one question per file, plain arrays in, sentences out.

Values are given as people read them, with whether more is better. A run that failed has nan: it
counts as worse than any other, and is never left out. scipy computes.
"""
