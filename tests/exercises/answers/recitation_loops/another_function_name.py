# exercise: recitation-loops
# verdict: wrong
# mistake: no-function
# at:
# Named it "gradient".
import numpy as np


def gradient(x, y, w_1, u_1, w_2, u_2):
    return np.zeros_like(w_2), np.zeros_like(u_2), np.zeros_like(w_1), np.zeros_like(u_1)
