{#- An e-mail address as an identifier: lower case, trimmed; NULL where the text is no address, so that fillers such as
    'n/a' or 'none' never make two people one. -#}
{% macro email_address(text) -%}
    case when trim({{ text }}) like '_%@_%._%' and trim({{ text }}) not like '% %' then lower(trim({{ text }})) end
{%- endmacro %}

{#- The identifier key of an e-mail address. Addresses need no namespace: they are the same everywhere. -#}
{% macro email_key(text) -%}
    {{ identifier_key('email', "''", email_address(text)) }}
{%- endmacro %}
