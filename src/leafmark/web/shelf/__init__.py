"""What the site shows: brands, categories, products, and every published version of a product's figure."""
