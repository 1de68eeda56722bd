# exercise: recitation-matrix
# verdict: right
# Everything in place, in the arguments themselves; the results are right.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    z = w_1 @ x
    z += u_1
    mask = z > 0
    z *= mask
    p = w_2 @ z
    p += u_2
    np.negative(p, out=p)
    np.exp(p, out=p)
    p += 1
    np.reciprocal(p, out=p)
    p -= y
    p /= y.shape[1]
    w_grad_2 = p @ z.T
    np.sum(p, axis=1, keepdims=True, out=u_2)
    np.matmul(w_2.T, p, out=z)
    z *= mask
    np.matmul(z, x.T, out=w_1)
    np.sum(z, axis=1, keepdims=True, out=u_1)
    w_2[:] = w_grad_2
    return {"delta_2": p, "w_grad_2": w_2, "u_grad_2": u_2, "delta_1": z, "w_grad_1": w_1, "u_grad_1": u_1}
