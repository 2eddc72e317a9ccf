"""Listings (危险防范): screened, decided on, withheld from sale."""
