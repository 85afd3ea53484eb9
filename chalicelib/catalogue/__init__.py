"""What people may apply for: service items with their notices and materials, and the rules for publishing them."""
