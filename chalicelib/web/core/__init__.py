"""What all pages share: dispatch, requests, forms, login, texts and rendering."""
