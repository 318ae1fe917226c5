"""What is made out of `solutions/`: stubs, notebooks, the student edition.  Text in, text out."""
