# exercise: recitation-loops
# verdict: right
# The whole network with an own scalar autodiff, backward from the mean loss.
import math

import numpy as np


class V:
    def __init__(self, data, back=()):
        self.data, self.grad, self.back = data, 0.0, back

    def __add__(self, o):
        o = o if isinstance(o, V) else V(o)
        return V(self.data + o.data, ((self, 1), (o, 1)))

    def __mul__(self, o):
        o = o if isinstance(o, V) else V(o)
        return V(self.data * o.data, ((self, o.data), (o, self.data)))

    def relu(self):
        return V(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return V(s, ((self, s * (1 - s)),))

    def log(self):
        return V(math.log(self.data), ((self, 1 / self.data),))


def backward(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        v, done = stack.pop()
        if done:
            order.append(v)
        elif id(v) not in seen:
            seen.add(id(v))
            stack.append((v, True))
            stack.extend((p, False) for p, _ in v.back)
    root.grad = 1.0
    for v in reversed(order):
        for p, d in v.back:
            p.grad += d * v.grad


def gradients(x, y, w_1, u_1, w_2, u_2):
    wrap = np.vectorize(V, otypes=[object])
    W1, U1, W2, U2 = wrap(w_1), wrap(u_1), wrap(w_2), wrap(u_2)
    n = y.shape[1]
    loss = V(0.0)
    for i in range(n):
        z2 = U2[0, 0]
        for j in range(len(W1)):
            z1 = U1[j, 0]
            for k in np.flatnonzero(x[:, i]):
                z1 = z1 + W1[j, k] * float(x[k, i])
            z2 = z2 + W2[0, j] * z1.relu()
        p = z2.sigmoid()
        t = float(y[0, i])
        loss = loss + (p.log() * t + (p * -1 + 1).log() * (1 - t)) * (-1 / n)
    backward(loss)
    grads = np.vectorize(lambda v: v.grad, otypes=[float])
    return {"w_grad_2": grads(W2), "u_grad_2": grads(U2), "w_grad_1": grads(W1), "u_grad_1": grads(U1)}
