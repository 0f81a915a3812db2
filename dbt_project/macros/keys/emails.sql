{#- An e-mail address as an identifier: lower case, without invisible characters; NULL where the text is not an address,
    so that fillers such as 'n/a' or 'none' never make two people one. -#}
{% macro email_address(text) -%}
    {%- set address = clean_id(text) %}
    case when {{ address }} like '_%@_%._%' and {{ address }} not like '% %' then lower({{ address }}) end
{%- endmacro %}

{#- The identifier key of an e-mail address. Addresses need no namespace: they are the same everywhere. -#}
{% macro email_key(text) -%}
    {{ identifier_key('email', "''", email_address(text)) }}
{%- endmacro %}
