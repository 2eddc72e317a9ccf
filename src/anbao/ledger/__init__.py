"""The ledger: entries, canonical bytes, Merkle tiles, checkpoints, the vault, export, and verification.

Layers within: ``canonical``, ``merkle``, ``tiles``, ``note`` and ``receipt`` are pure; ``keys``, ``log``, ``vault`` and
``export`` work inside the caller's transaction; ``walk``, ``report`` and ``verify`` only read.
"""

from anbao.ledger.absence import verify_absence
from anbao.ledger.canonical import MAX_ENTRY, check_profile, decode, encode, seal, seal_trusted
from anbao.ledger.export import Exported, export
from anbao.ledger.keys import KEY_FILE_VARIABLE
from anbao.ledger.log import Ledger, Stored, open_ledger
from anbao.ledger.note import (
    Checkpoint,
    Signer,
    Verifier,
    new_signer,
    open_checkpoint,
    parse_signer,
    parse_verifier,
)
from anbao.ledger.report import LedgerProblem, VerificationReport
from anbao.ledger.vault import Vault, check, open_vault
from anbao.ledger.verify import verify_directory, verify_receipt, verify_store

__all__ = [
    "KEY_FILE_VARIABLE",
    "MAX_ENTRY",
    "Checkpoint",
    "Exported",
    "Ledger",
    "LedgerProblem",
    "Signer",
    "Stored",
    "Vault",
    "VerificationReport",
    "Verifier",
    "check",
    "check_profile",
    "decode",
    "encode",
    "export",
    "new_signer",
    "open_checkpoint",
    "open_ledger",
    "open_vault",
    "parse_signer",
    "parse_verifier",
    "seal",
    "seal_trusted",
    "verify_absence",
    "verify_directory",
    "verify_receipt",
    "verify_store",
]
