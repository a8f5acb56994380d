"""The console's room of parcels: orders and cartons in, a plan out, each parcel's picture, steps and packing slip.

    form -> PackingPlan + its two files -> job (`making`) -> the plan's tables beside them -> pages that read and draw

Packing changes no book: its grams are decision grams. Operators pack, auditors look; a warehouse's own programs ask the API.
"""
