"""Pure detectors: they read what is given to them, and know no database, no clock and no configuration."""
