"""Schemes and benchmark tables: what a scheme would say on the labels that are there, before it counts.

    scheme + frozen table + evidence -> preview (job) -> activated, exactly as it was seen -> `shelf.grading.current()`

A letter needs a certification scheme (Directive 2005/29/EC, Article 2(r), as inserted by (EU) 2024/825); without its evidence every
label stays declared, and a scheme of letters is not activated.
"""
