"""Routes of assistance (合理协助)."""
