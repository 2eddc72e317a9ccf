"""Verbs of prevention (危险防范): merchants, listings, pictures, messages, and the rules that decide on them."""
