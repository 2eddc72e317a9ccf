"""Read models that several duty packages share: what stands against a sale, and the state of a listing.

They are projected from entries alone, so no duty package reads another's tables.
"""
