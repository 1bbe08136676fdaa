-- What holds while checks are evaluated, and the time of the snapshot, which the last statement takes. Sent whole
-- through the simple protocol, so that no network round trip lies between the snapshot and that time.
set local role none;
-- Where Row Level Security would have filtered silently, PostgreSQL raises an error instead.
set local row_security = off;
set local lock_timeout = '2s';
-- What a check means must not depend on the settings of a login: built-ins come first and cannot be shadowed,
-- `public` is there for the functions of views that rely on it, temporary objects come last.
set local search_path = pg_catalog, public, pg_temp;
set local timezone = 'UTC';
set local datestyle = 'ISO, YMD';
set local intervalstyle = 'postgres';
set local standard_conforming_strings = on;
set local extra_float_digits = 1;
set local bytea_output = hex;
set local array_nulls = on;
set local transform_null_equals = off;
set local quote_all_identifiers = off;
set local backslash_quote = safe_encoding;
set local xmloption = content;
set local xmlbinary = base64;
set local gin_fuzzy_search_limit = 0;
set local timezone_abbreviations = 'Default';
set local default_text_search_config = 'pg_catalog.simple';
-- What to_char takes for a decimal point and for the name of a month. Not lc_monetary: it says how many digits of an
-- amount in the tables stand behind the point.
set local lc_numeric = 'C';
set local lc_time = 'C';
-- Measured: compiling costs more than a check takes; few rows leave a parallel scan; sorts stay in memory.
set local jit = off;
set local parallel_tuple_cost = 0.01;
set local work_mem = '64MB';
select clock_timestamp();
