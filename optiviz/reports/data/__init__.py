"""What data formats hold: iterations as rows, summaries, statistics, weights. Draws nothing."""
