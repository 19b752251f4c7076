"""Sharing a secret so that any `threshold` shares make it again and fewer tell nothing – A. Shamir, CACM 22 (1979) 612.

Each byte is the constant term of a polynomial over GF(2⁸), the field of AES (FIPS 197 §4.2), whose other coefficients
are random; a share is its value at one place that is not zero. There are no tables and no branches on secrets.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import reduce

MOST_SHARES = 255


def split(secret: bytes, *, threshold: int, total: int) -> dict[int, bytes]:
    """Return the shares by their places 1 to `total`; any `threshold` of them make the secret."""
    if not 2 <= threshold <= total <= MOST_SHARES or not secret:
        raise ValueError("2 ≤ threshold ≤ total ≤ 255, and something to share")
    rest = [secrets.token_bytes(len(secret)) for _ in range(threshold - 1)]
    polynomials = list(zip(secret, *rest, strict=True))
    return {place: bytes(value_at(one, place) for one in polynomials) for place in range(1, total + 1)}


def combine(shares: Mapping[int, bytes]) -> bytes:
    """Return the value at zero of the polynomials through all these shares: the secret, if they are enough and its."""
    weights = {place: _weight(place, [other for other in shares if other != place]) for place in shares}
    columns = zip(*shares.values(), strict=True)
    return bytes(
        reduce(
            int.__xor__, (times(weight, byte) for weight, byte in zip(weights.values(), column, strict=True))
        )
        for column in columns
    )


def value_at(polynomial: Sequence[int], place: int) -> int:
    """Return the value of a polynomial, constant term first (Horner)."""
    return reduce(lambda value, coefficient: times(value, place) ^ coefficient, reversed(polynomial), 0)


def times(a: int, b: int) -> int:
    """Multiply in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1: always eight steps (FIPS 197 §4.2)."""
    product = 0
    for _ in range(8):
        product ^= -(b & 1) & a
        a = (a << 1) ^ (-(a >> 7) & 0x11B)
        b >>= 1
    return product


def _weight(place: int, others: Sequence[int]) -> int:
    """Return what a share counts for at zero: the product of other ∕ (other − place) (Lagrange)."""
    return reduce(times, (times(other, _inverse(other ^ place)) for other in others), 1)


def _inverse(a: int) -> int:
    """Return a²⁵⁴, which is a⁻¹: 254 is seven ones and a zero in binary."""
    power = a
    for _ in range(6):
        power = times(times(power, power), a)
    return times(power, power)
