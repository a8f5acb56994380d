"""Labels on other people's pages: pictures and data by GTIN, oEmbed, an element, and the GS1 Digital Link."""
