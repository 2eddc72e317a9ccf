"""The search for the same or similar danger over all that is on the platform (排查)."""
