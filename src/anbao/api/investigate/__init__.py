"""Routes of investigation (危险排查): complaints and notices, hazards, sweeps."""
