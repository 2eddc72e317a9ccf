"""The life of a merchant on the platform (资质资格审核): application → checks → decision → file, and what follows.

What follows: changes, re-verification, licences that run out, turnover over the limit, closure, the report to the
authority. Every act is an entry; the file is their projection; personal values are opened from the vault where an act
needs them and go back as commitments.
"""

from anbao.prevent.merchants.decision import MerchantDecision

__all__ = ["MerchantDecision"]
