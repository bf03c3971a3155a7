"""Feed-forward networks on one flat weight vector: layers, activations, losses, kernels.

Imports the engine.
"""
