# exercise: chain-rule
# verdict: wrong
# mistake: not-numbers
# at: | f_1
# Returned the formulas as text.
def derivatives(x):
    return {
        "f_1": "6*(3*x+1)",
        "f_2": "-2*x*exp(-x**2)",
        "f_3": "2*x/(1+x**2)",
        "f_4": "exp(x**2/2)*(3*cos(3*x)+x*sin(3*x))",
    }
