"""Who may act: keys, and what each may do."""
