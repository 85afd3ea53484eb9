"""What may be taken into the credit record (归集), and what may not."""
