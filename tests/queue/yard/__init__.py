"""A yard where jobs dig holes: an application with slow jobs whose effects can be counted from outside."""
