"""Portal sessions: reading one takes both the browser's secret and the stored row; neither is enough alone."""
