"""What can be done with items: publish, find and read them."""
