"""Gradient descent on all rows at once."""

from optiviz.methods.descent import Descent


class GradientDescent(Descent):
    """x <- x - learning_rate * gradient f(x)."""

    kind = "gradient_descent"
    label = "Gradient descent"
    source = "Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations"
