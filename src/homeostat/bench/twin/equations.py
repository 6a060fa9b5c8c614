"""The balances of `PerfusedTCells` written by hand as one plain function, as a user of another engine would.

Every rival and the tight reference solve these equations and ours come from the declared model, so that a fault in
either shows as an error. `m` is any module with exp, log and sqrt: math, jax.numpy, CasADi or `text`.
"""

from collections.abc import Sequence
from typing import Any, Protocol


class Functions(Protocol):
    """What the equations need beyond + - * /."""

    def exp(self, a: Any, /) -> Any:
        """Return e to the power `a`."""

    def log(self, a: Any, /) -> Any:
        """Return the natural logarithm of `a`."""

    def sqrt(self, a: Any, /) -> Any:
        """Return the square root of `a`."""


def rates(x: Sequence[Any], u: Sequence[Any], p: Sequence[Any], m: Functions) -> tuple[Any, ...]:
    """Return the twelve time derivatives per hour at states `x` (12), inputs `u` (6) and parameters `p` (37)."""
    Xv, Xd, a, G, L, Q, A, O2, B, IL, V, z = x
    Fp, Ff, Fw, Fi, Oset, Fb = u
    (mu_max, k_d, k_dt, K_G, K_Q, K_L, K_A, K_I, K_O, pH_opt, pH_w, k_act, k_deact, a0) = p[:14]
    (q_G, m_G, Y_L, q_Q, k_Q, Y_A, q_O, k_I, q_I, k_lys, pCO2, C_O) = p[14:26]
    (kla0, kla_max, Kp, Ti, G_in, Q_in, B_in, I_in, G_f, Q_f, B_b) = p[26:]
    fG, fQ, fO, fI, fL = G / (K_G + G), Q / (K_Q + Q), O2 / (K_O + O2), IL / (K_I + IL), K_L / (K_L + L)
    dpH = (6.1 + 0.43429448190325176 * m.log(B / (0.03 * pCO2)) - pH_opt) / pH_w
    clean = fL * (K_A / (K_A + A)) * m.exp(-(dpH * dpH))
    mu = mu_max * fG * fQ * fO * clean * fI * (a0 + a) / (a0 + 1.0)
    kd = k_d + k_dt * (1.0 - clean * fO)
    qG = (m_G + q_G * (0.2 + mu / mu_max)) * (0.3 + 0.7 * a) * fG
    qL = Y_L * qG * fL
    qQ = q_Q * (0.25 + 0.75 * mu / mu_max) * fQ
    qO = q_O * (0.4 + 0.6 * a) * fO
    e = Oset - O2
    raw = kla0 + Kp * e + z
    above = 0.5 * (raw + m.sqrt(raw * raw + 0.01))
    room = kla_max - above
    kla = kla_max - 0.5 * (room + m.sqrt(room * room + 0.01))
    D, Df, Db = Fp / V, Ff / V, Fb / V
    dil = Df + Db
    return (
        (mu - kd) * Xv - dil * Xv,
        kd * Xv - (k_lys + dil) * Xd,
        k_act * fI * (1.0 - a) - k_deact * a - mu * a * 0.15,
        D * (G_in - G) + Df * (G_f - G) - Db * G - qG * Xv,
        qL * Xv - (D + dil) * L,
        D * (Q_in - Q) + Df * (Q_f - Q) - Db * Q - qQ * Xv - k_Q * Q,
        Y_A * qQ * Xv + k_Q * Q - (D + dil) * A,
        kla * (100.0 - O2) - 100.0 * qO * Xv / C_O,
        D * (B_in - B) - Df * B + Db * (B_b - B) - 0.55 * qL * Xv * B / (B + 2.0) + 0.05 * (24.0 - B),
        D * (I_in - IL) - dil * IL + Fi / V - k_I * IL - q_I * IL / (IL + 5.0) * Xv * 0.2,
        Ff + Fb - Fw,
        Kp / Ti * e + 20.0 * (kla - raw),
    )
