"""Networks as people look at them: where units stand in a diagram, and how each of them fares."""
