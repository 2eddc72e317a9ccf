"""Read models that several duty packages share: what stands against a sale; listings, pictures, merchants, orders.

They are projected from entries, so no duty package reads another's tables. When a picture is tried again is no entry.
"""
