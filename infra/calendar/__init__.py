"""How the working calendar's editions are made."""
