{#- Web events: reading many fields of a JSON record at once, and telling programs from people. -#}

{#- The texts at `paths` (JSON path literals) of a JSON column, as one list in their order. One pass over the record:
    eight times faster than one json_text() per field. -#}
{% macro json_texts(column, paths) -%}
    {{ return(adapter.dispatch('json_texts')(column, paths)) }}
{%- endmacro %}

{% macro default__json_texts(column, paths) -%}
    json_extract_string({{ column }}, ['{{ paths | join("', '") }}'])
{%- endmacro %}

{#- The text at a 1-based position of such a list; NULL where it is absent or blank. -#}
{% macro text_at(texts, position) -%}
    {{ return(adapter.dispatch('text_at')(texts, position)) }}
{%- endmacro %}

{% macro default__text_at(texts, position) -%}
    {{ clean_text(texts ~ '[' ~ position ~ ']') }}
{%- endmacro %}

{#- The path of an address: without scheme, host, query and fragment, so that no personal parameter is kept. -#}
{% macro url_path(url) -%}
    {{ return(adapter.dispatch('url_path')(url)) }}
{%- endmacro %}

{% macro default__url_path(url) -%}
    nullif(
        regexp_replace(regexp_replace({{ url }}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*', ''), '[?#].*$', ''), ''
    )
{%- endmacro %}

{#- The host of an address, lower case. -#}
{% macro url_host(url) -%}
    {{ return(adapter.dispatch('url_host')(url)) }}
{%- endmacro %}

{% macro default__url_host(url) -%}
    nullif(lower(regexp_extract({{ url }}, '^[A-Za-z][A-Za-z0-9+.-]*://([^/?#:@]+)', 1)), '')
{%- endmacro %}

{#- Whether a user agent names itself a program: crawlers, link previews, monitors, headless browsers and HTTP clients.
    The words are those that such programs announce themselves with (crawlers sign as `...bot`, `...spider` or `crawler`).
    Cubot is a make of phones. A missing user agent is not a sign of a program: events that servers send have none. -#}
{% macro is_bot(user_agent) -%}
    {{ return(adapter.dispatch('is_bot')(user_agent)) }}
{%- endmacro %}

{% macro default__is_bot(user_agent) -%}
    coalesce(
        regexp_matches(
            replace(lower({{ user_agent }}), 'cubot', ''),
            'bot\b|bot/|spider|crawl|slurp|mediapartners|facebookexternalhit|headless|phantomjs|lighthouse|pingdom|'
            || 'statuscake|uptime|^curl/|^wget/|python-requests|python-urllib|^java/|okhttp|go-http-client'
        ),
        false
    )
{%- endmacro %}

{#- Whether an event is the company's own traffic: its tracking says so (the words of Google Analytics' filters), or the
    page stands on a host that the public cannot reach: special-use names (RFC 6761, RFC 6762, `internal` by ICANN) and
    private or loopback addresses (RFC 1918, RFC 1122). -#}
{% macro is_internal(host, traffic_type) -%}
    {{ return(adapter.dispatch('is_internal')(host, traffic_type)) }}
{%- endmacro %}

{% macro default__is_internal(host, traffic_type) -%}
    coalesce(lower({{ traffic_type }}) in ('internal', 'developer'), false)
    or coalesce(
        regexp_matches(
            lower({{ host }}),
            '^localhost$|[.](localhost|local|test|internal)$|^127[.][0-9.]+$|^10[.][0-9.]+$|^192[.]168[.][0-9.]+$|'
            || '^172[.](1[6-9]|2[0-9]|3[01])[.][0-9.]+$'
        ),
        false
    )
{%- endmacro %}

{#- Whether a path fits a pattern of content.csv, in which `*` matches any text and everything else for itself.
    A host before the path is left out, as paths have none. -#}
{% macro fits_pattern(path, pattern) -%}
    {{ path }} like replace(
        replace(replace(replace({{ without_host(pattern) }}, '!', '!!'), '%', '!%'), '_', '!_'), '*', '%'
    ) escape '!'
{%- endmacro %}

{% macro without_host(url) -%}
    {{ return(adapter.dispatch('without_host')(url)) }}
{%- endmacro %}

{% macro default__without_host(url) -%}
    regexp_replace({{ url }}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/]*', '')
{%- endmacro %}
