"""Routes of warning (危险警示): notices and orders, warnings after the trade."""
