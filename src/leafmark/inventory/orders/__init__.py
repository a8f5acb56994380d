"""Grams per order: service and goods, two rows that nothing adds, and why the service row changed."""
