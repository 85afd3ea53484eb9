"""What people say back (群众监督): ratings of a handling, complaints and suggestions, and the answers to them."""
