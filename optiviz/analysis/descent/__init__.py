"""What descent meets: batches of rows, stable learning rates, points where it comes to rest."""
