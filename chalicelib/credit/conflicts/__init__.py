"""Identity conflicts (身份信息冲突): a number that came with another name, and what a person found."""
