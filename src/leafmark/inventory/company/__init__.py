"""The company: who it is, what it owns, where it works, and what happened there, made ready for the engine.

folder (company.toml, tables, activities/) --folder--> Company --ownership, places--> shares by day
       --prepare--> one Parquet a template, by groups (site x month x origin x share) + flags + completeness

from leafmark.inventory.company.prepare import prepare
"""
