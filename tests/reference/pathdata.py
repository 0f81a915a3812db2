"""Published values of PathData: what the tests of the methods and of the marts compare with."""

from __future__ import annotations

# Share of conversions lost without the channel, Markov of order 1.
REMOVAL_EFFECTS = {
    "alpha": 0.558399,
    "iota": 0.405835,
    "eta": 0.349026,
    "beta": 0.264039,
    "theta": 0.206010,
    "lambda": 0.134022,
    "epsilon": 0.062639,
    "zeta": 0.039811,
    "kappa": 0.028663,
    "gamma": 0.017880,
    "delta": 0.000482,
    "mi": 0.000180,
}
