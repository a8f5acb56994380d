"""Packing on two real sets of orders, ours and the peers in one run: `python -m bench.packing`."""
