"""The corporate inventory: Scope 1, 2 and 3 of a company, and what stands beside them, never added."""
