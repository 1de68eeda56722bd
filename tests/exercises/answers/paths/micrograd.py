# exercise: paths
# verdict: right
# A tiny reverse-mode engine; the derivative by each node is its grad after backward.
import math


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other):
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def sin(self):
        return Value(math.sin(self.data), ((self, math.cos(self.data)),))

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for p, _ in v.parents:
                    visit(p)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for p, local in v.parents:
                p.grad += local * v.grad


def derivatives(x):
    v = Value(x)
    a = v * v
    b = v.sin()
    c = a * b
    u = c + a
    u.backward()
    return {
        "da_dx": 2 * x,
        "db_dx": math.cos(x),
        "du_dc": c.grad,
        "du_db": b.grad,
        "du_da": a.grad,
        "du_dx": v.grad,
    }
