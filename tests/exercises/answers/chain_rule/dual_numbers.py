# exercise: chain-rule
# verdict: right
# Forward-mode differentiation with a small class of dual numbers.
import math


class Dual:
    def __init__(self, v, d=0.0):
        self.v, self.d = v, d

    def __add__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.v + o.v, self.d + o.d)

    __radd__ = __add__

    def __mul__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.v * o.v, self.v * o.d + self.d * o.v)

    __rmul__ = __mul__


def exp(t):
    return Dual(math.exp(t.v), math.exp(t.v) * t.d)


def log(t):
    return Dual(math.log(t.v), t.d / t.v)


def sin(t):
    return Dual(math.sin(t.v), math.cos(t.v) * t.d)


def derivatives(x):
    t = Dual(x, 1.0)
    return {
        "f_1": ((3 * t + 1) * (3 * t + 1)).d,
        "f_2": exp(-1 * t * t).d,
        "f_3": log(1 + t * t).d,
        "f_4": (sin(3 * t) * exp(0.5 * t * t)).d,
    }
