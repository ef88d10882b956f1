"""The calls by domain: which function executes each, from which arguments, made by whom."""
