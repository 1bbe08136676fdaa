-- What the rehearsed release B does wrong.
update public.drill_tanks set litres = -1 where name = 'T2';
