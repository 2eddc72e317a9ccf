"""What links merchants: their identifiers, and connected components over them. Pure."""
