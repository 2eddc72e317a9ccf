"""Pictures: decoded within bounds, hashed (PDQ), searched for codes and text. Pure."""
