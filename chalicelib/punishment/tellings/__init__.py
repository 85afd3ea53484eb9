"""Tellings (告知各部门系统): who must hear of a flag and of its end, and who has said that it did."""
