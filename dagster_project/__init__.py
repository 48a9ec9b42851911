"""Customer 360: who is this customer, what have we said to each other, what should each department know?"""
