"""What people get to read: the table of grades, feedback pages, and the gallery of a student's pictures."""
