# exercise: deep
# verdict: right
# One loop over the layers, 1/n in the gradients, a tuple at the end.
import numpy as np


def gradients(X, y, *params):
    Ws, bs = params[0::2], params[1::2]
    acts = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        z = acts[-1] @ W + b
        acts.append(np.where(z > 0, z, 0))
    p = 1 / (1 + np.exp(-(acts[-1] @ Ws[-1] + bs[-1])))
    d, out = p - y, []
    for l in (2, 1, 0):
        out += [d, acts[l].T @ d / len(y), d.mean(axis=0)]
        if l:
            d = (d @ Ws[l].T) * (acts[l] > 0)
    return tuple(out)
