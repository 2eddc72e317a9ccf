"""Routes of operation: cases, controls, delivery, parameters, health."""
