"""What people may apply for: service items, their notices and materials, and the rules for publishing them."""
