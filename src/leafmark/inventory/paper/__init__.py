"""Pages of the inventory's rooms, on a screen or printed: one file of HTML without script, and sentences in three languages."""
