"""Benchmarks: ours, a dense lower bound and the peers on the same generated work, in one run."""
