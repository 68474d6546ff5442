"""Logistic regression with a ridge penalty: the risk of a loss, and how sure its weights are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmkit.bias.shuffle import Floats

RIDGE = 2.0
# Keeps the intercept finite where nothing, or everything, was lost; a hundredth of one account.
ANCHOR = 0.01
ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted model: risk = 1 / (1 + exp(-(columns @ weights + offset))).

    Attributes
    ----------
    weights : array, shape (columns + 1,)
        Log odds for a column's unit; the first is the intercept.
    covariance : array, shape (columns + 1, columns + 1)
        How sure they are: the inverse of the penalised information.
    """

    weights: Floats
    covariance: Floats

    def risk(self, columns: Floats, offset: Floats) -> Floats:
        """The risk of each row, 0 to 1."""
        return sigmoid(with_ones(columns) @ self.weights + offset)


def fit_logistic(
    columns: Floats, lost: Floats, offset: Floats, *, ridge: float = RIDGE
) -> Logistic:
    """Fit by Newton's method.

    Parameters
    ----------
    columns : array, shape (n, k)
        Facts, standardised: the penalty takes a unit of each column for the same.
    lost : array, shape (n,)
        1 where an account was lost, else 0.
    offset : array, shape (n,)
        What is added to the log odds and not fitted: the logarithm of the time at risk.
    ridge : float
        The penalty is half of it times the sum of squared weights, the intercept left out: prior
        knowledge that weights are about 1 / sqrt(ridge) in size.

    Returns
    -------
    Logistic
        Weights and their covariance.

    References
    ----------
    le Cessie and van Houwelingen (1992), Ridge estimators in logistic regression.
    """
    x = with_ones(columns)
    rate = (lost.sum() + 0.5) / (np.exp(offset).sum() + 1)
    centre = np.zeros(x.shape[1])
    centre[0] = np.log(rate / max(1 - rate, 1e-3))
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = ANCHOR
    weights = centre.copy()
    value = _cost(x, lost, offset, weights, centre, penalty)
    for _ in range(ROUNDS):
        risk = sigmoid(x @ weights + offset)
        slope = x.T @ (lost - risk) - penalty * (weights - centre)
        curve = (x * (risk * (1 - risk))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while (after := _cost(x, lost, offset, weights + size * step, centre, penalty)) > value:
            size /= 2
            if size < 1e-6:
                break
        if size < 1e-6:
            break
        weights, value = weights + size * step, after
        if np.max(np.abs(step)) < 1e-8:
            break
    risk = sigmoid(x @ weights + offset)
    curve = (x * (risk * (1 - risk))[:, None]).T @ x + np.diag(penalty)
    return Logistic(weights, np.asarray(np.linalg.inv(curve), dtype=np.float64))


def with_ones(columns: Floats) -> Floats:
    """The columns with one of ones before them."""
    return np.column_stack([np.ones(len(columns)), columns])


def sigmoid(odds: Floats) -> Floats:
    """Log odds as a share."""
    share: Floats = 1 / (1 + np.exp(-np.clip(odds, -35, 35)))
    return share


def _cost(
    x: Floats, lost: Floats, offset: Floats, weights: Floats, centre: Floats, penalty: Floats
) -> float:
    odds = x @ weights + offset
    fit = np.logaddexp(0, odds) - lost * odds
    return float(fit.sum() + (penalty * (weights - centre) ** 2).sum() / 2)
