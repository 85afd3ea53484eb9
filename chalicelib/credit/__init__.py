"""Credit (信用): records, one small summary per subject, checks with reasons, and the gate for promises."""
