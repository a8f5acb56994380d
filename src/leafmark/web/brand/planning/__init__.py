"""Planning: what a product would come to before it is published, what a text may say, where products stand, what is to be reached.

Nothing here is published or stored, save targets and their actuals. A wizard's product lives in its address.
"""
