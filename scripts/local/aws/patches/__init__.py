"""Repairs of moto, one function a defect. Each has a test that fails when moto no longer needs it."""

from scripts.local.aws.patches import registry


def apply_all() -> None:
    """Apply every patch to this process, for good."""
    for patch in registry.all_patches():
        patch.apply()
