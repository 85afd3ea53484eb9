"""A place's own: its folder is read, held against the service's rules, packaged in part, and published on a stage."""
