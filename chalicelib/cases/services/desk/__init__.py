"""What helps those who handle cases, and is no step of handling: notes, and finding a case by what a caller says."""
