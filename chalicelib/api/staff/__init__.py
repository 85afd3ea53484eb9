"""Routes and bodies of the register of staff (人员登记)."""
