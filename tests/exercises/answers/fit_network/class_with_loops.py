# exercise: fit_network
# verdict: right
# A class with an own training loop, gradients summed sample by sample.
import numpy as np


class Network:
    def __init__(self, w_1, u_1, w_2, u_2):
        self.w_1, self.u_1, self.w_2, self.u_2 = w_1.copy(), u_1.copy(), w_2.copy(), u_2.copy()

    def learn(self, xs, ys, rate):
        G = [np.zeros_like(v) for v in (self.w_1, self.u_1, self.w_2, self.u_2)]
        total = 0.0
        for xi, yi in zip(xs.T, ys[0]):
            xi = xi[:, None]
            z = self.w_1 @ xi + self.u_1
            h = np.maximum(z, 0)
            p = (1 / (1 + np.exp(-(self.w_2 @ h + self.u_2)))).item()
            total += -np.log(p) if yi else -np.log(1 - p)
            back = (p - yi) * self.w_2.T * (z > 0)
            for g, v in zip(G, (back @ xi.T, back, (p - yi) * h.T, p - yi)):
                g += v
        for w, g in zip((self.w_1, self.u_1, self.w_2, self.u_2), G):
            w -= rate * g / len(ys[0])
        return total


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    net, history = Network(w_1, u_1, w_2, u_2), []
    for order in orders:
        total = 0.0
        rest = list(order)
        while rest:
            batch, rest = rest[:batch_size], rest[batch_size:]
            total += net.learn(x[:, batch], y[:, batch], learning_rate)
        history.append(total / len(order))
        print("epoch done, loss", history[-1])
    return dict(w_1=net.w_1, u_1=net.u_1, w_2=net.w_2, u_2=net.u_2, history=np.array(history))
