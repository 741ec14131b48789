"""Tables about the plan that seller and buyer share."""
