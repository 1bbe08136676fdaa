select vigie.access_summary_for_person($1, $2)::text as "summary!"
