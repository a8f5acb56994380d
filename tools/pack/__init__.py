"""How the built-in pack is chosen: one module per theme, each a function from the shared data to factor rows."""
