"""Factors: what one unit of something emits, from whom, where, when, and how sure.

The room knows nobody else in Leafmark. A `Pack` is a folder of facts (`model`), checked as it is loaded (`check`);
`units`, `regions` and `gwp` say how amounts convert, which place lies in which, and what a kilogram of a gas weighs.
"""
