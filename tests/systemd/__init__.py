"""Units and settings of the appliance."""
