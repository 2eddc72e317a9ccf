"""The law as data (规则包): provisions, norms, duties, settings, the working-day calendar, and how they are read."""
