"""Planes through the features of a dataset, to look at what a network says of places in it."""
