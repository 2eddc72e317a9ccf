"""HTML as a browser shows it, with the place of each character in the source. Pure."""
