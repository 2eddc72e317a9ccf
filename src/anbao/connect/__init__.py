"""The platform's side: what comes in from its files and systems, and what goes out to them."""
