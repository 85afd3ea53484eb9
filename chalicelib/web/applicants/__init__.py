"""Pages of applicants (申请人) and of the public."""
