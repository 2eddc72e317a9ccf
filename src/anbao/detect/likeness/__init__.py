"""What is the same or alike: folded text, titles, keys, pictures. Pure, and shared by the duty packages above."""
