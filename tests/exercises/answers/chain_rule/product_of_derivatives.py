# exercise: chain-rule
# verdict: wrong
# mistake: paths-multiplied
# at: f_4
# The derivative of a product taken as the product of the derivatives.
import numpy as np


def derivatives(x):
    f_4 = (3 * np.cos(3 * x)) * (x * np.exp(x**2 / 2))
    return {"f_1": 18 * x + 6, "f_2": -2 * x * np.exp(-x**2), "f_3": 2 * x / (1 + x**2), "f_4": f_4}
