"""What a shopper sees: the channel, sectors, products, their labels, comparisons."""
