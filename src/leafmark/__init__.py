"""Leafmark: carbon book-keeping for online commerce.

activity x method (factor, version) -> entry -> label, account, shelf, statement.
"""

__version__ = "0.1.0"
