"""Pages of supervisors and the monitoring office (督办)."""
