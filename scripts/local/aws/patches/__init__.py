"""Patches of moto, one function per defect. Each has a test that fails when moto no longer needs it.

The defects are described in docs/moto-defects.md.
"""

from scripts.local.aws.patches import registry


def apply_all() -> None:
    """Apply every patch to this process."""
    for patch in registry.all_patches():
        patch.apply()
