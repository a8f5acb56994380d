"""A consumer's own pages: her acts and why each is worth what it is, points, goals, statements, consent, export, erasure."""
