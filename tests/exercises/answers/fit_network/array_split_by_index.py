# exercise: fit_network
# verdict: right
# np.split at the borders of the batches; a dictionary of parameters.
import numpy as np


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    P = {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2}
    history = []
    for order in orders:
        answers = np.empty(y.shape)
        for b in np.split(order, np.arange(batch_size, len(order), batch_size)):
            Z = P["w_1"] @ x[:, b] + P["u_1"]
            H = Z * (Z >= 0)
            A = 1 / (1 + np.exp(-(P["w_2"] @ H + P["u_2"])))
            answers[:, b] = A
            D = (-(y[:, b] / A - (1 - y[:, b]) / (1 - A)) * A * (1 - A)) / len(b)
            E = P["w_2"].T @ D * (Z >= 0)
            G = {"w_2": D @ H.T, "u_2": D.sum(1)[:, None], "w_1": E @ x[:, b].T, "u_1": E.sum(1)[:, None]}
            P = {k: P[k] - learning_rate * G[k] for k in P}
        history.append(-(y * np.log(answers) + (1 - y) * np.log(1 - answers)).mean())
    return {**P, "history": history, "epochs": len(orders)}
