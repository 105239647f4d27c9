"""How gunicorn serves the portal. Its names are gunicorn's settings."""

worker_class = "gthread"  # long downloads and a slow Microsoft hold a thread, not a process
workers = 2
threads = 8
timeout = 60
graceful_timeout = 10
limit_request_line = 8190  # Microsoft's answers are long: codes alone have more than a thousand characters
control_socket_disable = True
accesslog = "-"
logger_class = "portal.logs.AccessLogger"
# The path without its query: authorization codes and states arrive there.
access_log_format = "%(m)s %(U)s %(s)s %(M)sms"
