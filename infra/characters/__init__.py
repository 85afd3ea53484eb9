"""Building the table of characters that the search folds and hears by."""
