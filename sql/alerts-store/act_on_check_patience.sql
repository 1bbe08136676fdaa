-- Thousands of alerts, each decided for itself: about a second for every 1,500.
select set_config('statement_timeout', '10min', true)
