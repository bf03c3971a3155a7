"""What happened along a run: where it has been, stood still, what it reported, which events."""
