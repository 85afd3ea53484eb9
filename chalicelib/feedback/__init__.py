"""Public feedback (群众监督): ratings of how cases were handled, complaints and suggestions, and the answers."""
