"""Credit (信用): records, one small summary a subject, checks with reasons, and the gate in front of promises."""
