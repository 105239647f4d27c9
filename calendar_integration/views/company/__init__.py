"""Room Management > Calendar Integration: the company's Office 365 authorization."""
