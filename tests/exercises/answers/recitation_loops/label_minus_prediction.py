# exercise: recitation-loops
# verdict: wrong
# mistake: sign
# at: w_grad_2
# y − ŷ.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    gw1 = np.zeros(w_1.shape)
    gu1 = np.zeros(u_1.shape)
    gw2 = np.zeros(w_2.shape)
    gu2 = np.zeros(u_2.shape)
    for s in range(n):
        pre = w_1.dot(x[:, s]) + u_1[:, 0]
        act = np.where(pre > 0, pre, 0)
        out = 1 / (1 + np.exp(-(w_2[0].dot(act) + u_2[0, 0])))
        err = y[0, s] - out
        gw2[0] += err * act
        gu2[0, 0] += err
        for j in range(len(act)):
            if pre[j] > 0:
                gw1[j] += err * w_2[0, j] * x[:, s]
                gu1[j, 0] += err * w_2[0, j]
    return {"w_grad_2": gw2 / n, "u_grad_2": gu2 / n, "w_grad_1": gw1 / n, "u_grad_1": gu1 / n}
