"""What a record says, in canonical form: names, e-mails, telephones, addresses, and who holds a value."""
