"""One file for each question: a frozen question, the counts it needs, and the frozen answer made from them."""
