"""What people say back (群众监督): ratings of how a case was handled, complaints and suggestions, and the answers."""
