"""What surveys answer: what is held, estimates from answers, figures as others published them."""
