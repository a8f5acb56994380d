"""The site: pages and API over the engine's runs, the labels and the ledger. It holds no arithmetic.

    workspace -> settings -> urls -> people | shop | embed | audit | jobs   -> templates, strings
                                     shelf (tables, filled from runs) -> products.label

Everything a site keeps lies in its workspace: database, search index, secret, ledger. Nothing below this room imports Django.
"""
