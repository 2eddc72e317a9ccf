"""The nouns: frozen structs without I/O. Fields stand in alphabetical order, so that plain encoding is canonical."""
