"""The engine: runs methods over tables. Arrow in, Arrow out."""
