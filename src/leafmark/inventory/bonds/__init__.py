"""Bonds: what they raised, what it paid for, what is left and where it is held, and what came of it.

    bond.toml + bonds, tranches, projects, allocations, unallocated, indicators, reviews --read--> Register
    Register --ledger of proceeds--> allocated + unallocated = net proceeds, to the cent, on every day told
    Register --share financed-----> each tranche's part of an indicator, rounded by largest remainder

Money is whole minor units of its currency, never a float. No unit is counted twice: a tranche allocates no more than it raised, a project
is financed to no more than its cost by all tranches together, and a row entered twice counts once.
"""

from leafmark.inventory.bonds.proceeds import Balance, balances
from leafmark.inventory.bonds.reading import Register, read

__all__ = ["Balance", "Register", "balances", "read"]
