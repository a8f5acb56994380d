"""The packing kernel: what Numba compiles, and the flat arrays that it works on.

arrays -> room (one carton, the next piece) -> filling (one carton, one recipe) -> choosing (one order) -> running (many orders)
"""
