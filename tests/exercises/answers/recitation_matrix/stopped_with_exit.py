# exercise: recitation-matrix
# verdict: wrong
# mistake: crashed | exception | forbidden
# at:
# runs: no
# Calls exit() when a shape surprises it; (1, n) always does.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    if y.shape != (455,):
        print("wrong shape", y.shape)
        exit()
    h = np.maximum(w_1 @ x + u_1, 0)
    return {"delta_2": 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y}
