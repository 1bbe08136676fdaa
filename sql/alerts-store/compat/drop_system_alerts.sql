-- Takes public.system_alerts away again; a relation of that name that is not Vigie's stays. Alerts are not touched.
do $$
begin
    if obj_description(to_regclass('public.system_alerts'), 'pg_class') = 'Vigie: alerts as the first version showed them' then
        drop view public.system_alerts;
    end if;
end
$$;
drop function if exists vigie.begin_system_alerts_update(), vigie.update_system_alert(), vigie.end_system_alerts_update();
