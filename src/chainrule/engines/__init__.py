"""What runs a program: the text itself on NumPy."""
