"""Brands and their people: an operator lets in a brand's first members; each change says who made it, and when."""
