// Sends the answer back to the application at once (OAuth 2.0 Form Post Response Mode); the button works without it.
document.querySelector("form[data-form-post]").submit();
