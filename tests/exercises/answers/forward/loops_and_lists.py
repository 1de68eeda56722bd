# exercise: forward
# verdict: right
# Plain Python, clipped logarithms, lists of lists.
import math


def forward(X, y, W1, b1, W2, b2):
    Z1, A1, Z2, A2, loss = [], [], [], [], 0.0
    for x, t in zip(X, y):
        z1 = [sum(x[k] * W1[k][j] for k in range(len(x))) + b1[j] for j in range(len(b1))]
        a1 = [math.tanh(v) for v in z1]
        z2 = [sum(a1[k] * W2[k][j] for k in range(len(a1))) + b2[j] for j in range(len(b2))]
        a2 = [1 / (1 + math.exp(-v)) for v in z2]
        p = min(max(a2[0], 1e-12), 1 - 1e-12)
        loss -= math.log(p) if t[0] == 1 else math.log(1 - p)
        Z1.append(z1)
        A1.append(a1)
        Z2.append(z2)
        A2.append(a2)
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "loss": loss / len(X)}
