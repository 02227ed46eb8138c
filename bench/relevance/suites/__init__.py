"""One module for each kind of question: what is asked, and how an answer is judged."""
