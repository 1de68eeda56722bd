# exercise: recitation-matrix
# verdict: right
# einsum everywhere, one index per axis; heaviside with 0.5 at the kink.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    z = np.einsum("jk,ki->ji", w_1, x) + u_1
    h = z * np.heaviside(z, 0.5)
    p = 1 / (1 + np.exp(-(np.einsum("oj,ji->oi", w_2, h) + u_2)))
    d2 = (p - y) / y.shape[-1]
    d1 = np.einsum("oj,oi,ji->ji", w_2, d2, np.heaviside(z, 0.5))
    return {
        "delta_2": d2,
        "w_grad_2": np.einsum("oi,ji->oj", d2, h),
        "u_grad_2": np.einsum("oi->o", d2)[:, None],
        "delta_1": d1,
        "w_grad_1": np.einsum("ji,ki->jk", d1, x),
        "u_grad_1": np.einsum("ji->j", d1)[:, None],
    }
