-- A token (RFC 7519) of an admin of sql/demo/access.sql, signed with :secret by HS256, as a sign-in service makes them.
create extension if not exists pgcrypto;
with parts as (
    select translate(encode(convert_to('{"alg":"HS256","typ":"JWT"}', 'UTF8'), 'base64'), E'+/=\n', '-_') || '.'
           || translate(encode(convert_to(:'claims', 'UTF8'), 'base64'), E'+/=\n', '-_') as signed
)
select signed || '.' || translate(encode(hmac(signed, :'secret', 'sha256'), 'base64'), E'+/=\n', '-_') from parts;
