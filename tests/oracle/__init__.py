"""Plain implementations that the product is held against."""
