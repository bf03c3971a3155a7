"""A run and its parts. It knows no dataset, network, file or window, and imports no other room."""
