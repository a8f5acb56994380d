"""Files of products and bills that a brand sends: read, checked, and given back with what is wrong. Nothing is stored.

    file -> one table of texts -> columns by name -> cells by kind -> accepted rows | rejected rows, each with its faults

Any row is accepted or rejected with its reasons; a bad row stops no good one, except lines of one product's bill, which are
taken together. Guide: docs/import.md.
"""

from .bills import engine_bill, keys_of, read_bills
from .crossing import Checked, check
from .headers import Mapped
from .limits import DEFAULT_LIMITS, ImportRefusedError, Limits
from .products import read_products
from .result import Counts, Import
from .words import DECLARED_UNITS, SECTORS

__all__ = [
    "DECLARED_UNITS",
    "DEFAULT_LIMITS",
    "SECTORS",
    "Checked",
    "Counts",
    "Import",
    "ImportRefusedError",
    "Limits",
    "Mapped",
    "check",
    "engine_bill",
    "keys_of",
    "read_bills",
    "read_products",
]
