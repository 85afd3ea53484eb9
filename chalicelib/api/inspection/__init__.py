"""Routes and bodies of inspection (纪检查阅)."""
