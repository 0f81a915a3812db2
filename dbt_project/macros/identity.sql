{#- Guards of identity: how many others an identifier may be linked to before it joins nobody, and what is no identifier
    at all although a form or a tracker sends it as one. The reasons stand in DECISIONS.md. -#}

{#- (type of the identifier, type of what it is linked to, most of them in one namespace). -#}
{% macro identity_bounds() -%}
    {{ return([
        ('email', 'customer', 5),
        ('email', 'requester', 5),
        ('email', 'anonymous', 50),
        ('anonymous', 'customer', 5),
        ('anonymous', 'email', 5),
        ('requester', 'customer', 5),
        ('requester', 'email', 5),
        ('author', 'customer', 5),
        ('customer', 'email', 10),
    ]) }}
{%- endmacro %}

{#- Texts that stand for "no id", in lower case. Sources also write them in capitals or with a capital first. -#}
{% macro junk_ids() -%}
    {{ return([
        '0', '-1', 'anonymous', 'deleted', 'false', 'guest', 'n/a', 'na', 'nan', 'nil', 'none', 'null', 'test', 'true',
        'undefined', 'unknown', '00000000-0000-0000-0000-000000000000',
    ]) }}
{%- endmacro %}

{#- What stands before the @ of an address that nobody reads. -#}
{% macro junk_mailboxes() -%}
    {{ return([
        'anonymous', 'asdf', 'donotreply', 'dummy', 'fake', 'guest', 'kein', 'keine', 'keineemail', 'n.a', 'na', 'nil',
        'no', 'no-email', 'no-mail', 'no-reply', 'no.email', 'no.mail', 'no_email', 'no_reply', 'nobody', 'noemail',
        'nomail', 'none', 'noone', 'noreply', 'null', 'test', 'tester', 'testing', 'undefined', 'unknown', 'xxx',
    ]) }}
{%- endmacro %}

{#- Whether an address (lower case, trimmed) is a filler: by its mailbox, or by a domain that RFC 2606 reserves. -#}
{% macro is_junk_address(address) -%}
    (
        substr({{ address }}, 1, position('@' in {{ address }}) - 1) in (
            {%- for mailbox in junk_mailboxes() %}'{{ mailbox }}'{{ ", " if not loop.last }}{% endfor -%}
        )
        or {{ address }} like '%.invalid'
        or {{ address }} like '%.test'
    )
{%- endmacro %}

{#- The identifier key where the type, too, is a column. It equals `identifier_key` of that type. -#}
{% macro identifier_key_of_any_type(type, namespace, value) -%}
    {{ keyed_key(
        type ~ " || '|' || " ~ namespace ~ " || '|' || case when " ~ type ~ " in ('email', 'author') then lower(trim("
        ~ value ~ ")) else trim(" ~ value ~ ") end"
    ) }}
{%- endmacro %}
