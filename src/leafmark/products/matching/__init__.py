"""Which factor a product or a material may meet: proposed with a confidence and a reason, confirmed by a person or not at all.

    names (English, Chinese) + confirmed matches + factors -> Candidate -> (a person) -> Confirmation -> key of a bill's line

Guide, with what was measured: docs/matching.md.
"""

from .candidates import BASES, Candidate, Confirmation, confirmed_keys
from .proposing import Proposals, index_of, propose
from .terms import name_key

__all__ = ["BASES", "Candidate", "Confirmation", "Proposals", "confirmed_keys", "index_of", "name_key", "propose"]
