"""The site: where brands and consumers meet."""
