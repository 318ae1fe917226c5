"""Grades in the formats of others: Canvas, Moodle, Gradescope, JUnit.  Text in, text out."""
