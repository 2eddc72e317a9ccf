"""Investigation (危险排查): hazards, the sweeps that look for them everywhere, and what else leads to them."""
