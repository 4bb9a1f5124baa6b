"""Moving: what a step costs, stamina and its return, facing, and flying."""
