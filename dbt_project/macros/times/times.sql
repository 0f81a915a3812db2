{#- Text of a vendor's file to a UTC timestamp: exactly what the text says, or NULL. Nothing in a text is
    left out of account: DuckDB's own cast reads `2026-02-10 19:30:00 PST` as 19:30 of whatever zone, so a text is cast
    only once a grammar has seen all of it. docs/configuration.md (Times) describes the grammar.

    text: the column; format: the column that holds the source's timestamp_format (NULL: the grammar);
    zone: the column that holds the IANA zone that a value without an offset is in.
    A time whose day, as it is written, is before `earliest_date` is not a valid time: no company has seen it.
    DuckDB wants a constant format, so that the formats that cx.yml names become branches. Each branch gives a timestamp,
    whatever its format holds; a format that cannot be used is none of them, and its source has no valid times. -#}
{% macro parse_timestamp(text, format, zone) -%}
    {{ return(adapter.dispatch('parse_timestamp')(text, format, zone)) }}
{%- endmacro %}

{% macro default__parse_timestamp(text, format, zone) -%}
    {%- set earliest = earliest_date() -%}
    case
        {%- for pattern in timestamp_formats() %}
        when {{ format }} = '{{ pattern }}' then {{ formatted_time(text, pattern, zone, earliest) }}
        {%- endfor %}
        when {{ format }} is not null then null
        else {{ stated_time(text, zone, earliest) }}
    end
{%- endmacro %}

{#- A day of a mapping file, written as 2026-01-31; NULL for anything else. -#}
{% macro parse_day(text) -%}
    {{ return(adapter.dispatch('parse_day')(text)) }}
{%- endmacro %}

{% macro default__parse_day(text) -%}
    case
        when regexp_full_match(trim({{ text }}), '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_cast(trim({{ text }}) as date)
    end
{%- endmacro %}

{#- The formats of the sources that can be used; ingestion has tried them. -#}
{% macro timestamp_formats() -%}
    {%- set formats = [] -%}
    {%- if execute -%}
        {%- set found = run_query(
            "select distinct timestamp_format from " ~ source('raw_config', 'sources')
            ~ " where timestamp_format is not null and is_format_usable order by 1"
        ) -%}
        {%- for row in found.rows -%}
            {%- do formats.append(row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(formats) }}
{%- endmacro %}

{#- The first day on which anything can have happened to the company, as text (2026-01-31). It is looked up past
    `source`, so that a model's unit tests need no settings for it: where they run, the graph is empty. -#}
{% macro earliest_date() -%}
    {%- set earliest = '1901-01-01' -%}
    {%- if execute and graph.sources -%}
        {%- set raw_config = graph.sources.values() | selectattr('source_name', 'equalto', 'raw_config') -%}
        {%- set node = raw_config | selectattr('name', 'equalto', 'settings') | first -%}
        {%- set settings = adapter.get_relation(node.database, node.schema, node.identifier) -%}
        {%- if settings is not none -%}
            {%- set found = run_query("select cast(earliest_on as varchar) from " ~ settings) -%}
            {%- set earliest = found.rows[0][0] if found.rows else earliest -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(earliest) }}
{%- endmacro %}

{#- A time in one of the forms that need no format. The two forms that nearly all values have come first, each tested by
    one pass over the text; everything else is read by `read_time`. -#}
{% macro stated_time(text, zone, earliest) -%}
    {{ return(adapter.dispatch('stated_time')(text, zone, earliest)) }}
{%- endmacro %}

{% macro default__stated_time(text, zone, earliest) -%}
    {%- set day = '[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
    {%- set clock = '[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?' -%}
    {%- set numbers = '([+](0[0-9]|1[0-3])|-(0[0-9]|1[01])):?[0-5][0-9]' -%}
    case
        when {{ text }} is null then null
        when regexp_full_match({{ text }}, '{{ day }}{{ clock }}(Z|{{ numbers }})')
            then case
                when {{ text }} >= '{{ earliest }}' then make_timestamp(epoch_us(try_cast({{ text }} as timestamptz)))
            end
        when regexp_full_match({{ text }}, '{{ day }}({{ clock }})?')
            then case
                when {{ text }} >= '{{ earliest }}'
                    then make_timestamp(epoch_us(timezone({{ zone }}, try_cast({{ text }} as timestamp))))
            end
        when regexp_full_match({{ text }}, '{{ day }}{{ clock }}( UTC| ?{{ numbers }})')
            then case
                when {{ text }} >= '{{ earliest }}'
                    then make_timestamp(
                        epoch_us(try_cast(replace(replace({{ text }}, ' +', '+'), ' -', '-') as timestamptz))
                    )
            end
        else {{ read_time(text, zone, earliest) }}
    end
{%- endmacro %}

{#- Every form of the grammar: the text's parts, then the local time and what is said of its zone, then the instant.
    A list of one and a lambda give a part a name; without it each use would work it out again. -#}
{% macro read_time(text, zone, earliest) -%}
    {{ return(adapter.dispatch('read_time')(text, zone, earliest)) }}
{%- endmacro %}

{% macro default__read_time(text, zone, earliest) -%}
    {%- set pattern = (
        '^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})'
        ~ '(?:(?:[Tt]| +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?'
        ~ '(?: *([AaPp])(?:[Mm]\\b|[.][Mm][.]))?' ~ zone_pattern() ~ ')?$'
    ) -%}
    {%- set names = "['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'half', " ~ zone_parts() ~ "]" -%}
    coalesce(
        {{ epoch_time(text, earliest) }},
        list_transform(
            list_transform(
                [regexp_extract({{ spelled_alike(text) }}, '{{ pattern }}', {{ names }})],
                lambda part: {{ with_zone('part', local_time('part', earliest)) }}
            ),
            lambda stated: {{ instant('stated', zone) }}
        )[1]
    )
{%- endmacro %}

{#- A time by the source's own format. A zone after it is applied once. -#}
{% macro formatted_time(text, pattern, zone, earliest) -%}
    {{ return(adapter.dispatch('formatted_time')(text, pattern, zone, earliest)) }}
{%- endmacro %}

{% macro default__formatted_time(text, pattern, zone, earliest) -%}
    {%- if pattern.endswith('%Z') -%}
    {#- The zone is read as the grammar reads it: the engine's own %Z takes BST for Dhaka's time and PST for daylight time
        in summer. -#}
    {%- set local = formatted("trim(part.local)", pattern[:-2].strip(), 'timestamp') -%}
    list_transform(
        list_transform(
            [regexp_extract({{ blanks_alike(text) }}, '^(.*?){{ zone_pattern() }}$', ['local', {{ zone_parts() }}])],
            lambda part: {{ with_zone('part', not_before(local, earliest)) }}
        ),
        lambda stated: case when stated.is_zoned then {{ instant('stated', zone) }} end
    )[1]
    {%- elif '%z' in pattern -%}
    {%- set moment = "make_timestamp(epoch_us(" ~ formatted(text, pattern, 'timestamptz') ~ "))" -%}
    {{ not_before(moment, earliest) }}
    {%- else -%}
    {%- set local = not_before(formatted(text, pattern, 'timestamp'), earliest) -%}
    make_timestamp(epoch_us(timezone({{ zone }}, {{ local }})))
    {%- endif -%}
{%- endmacro %}

{#- `strptime` of a text in which it may be trusted: it takes an offset of 19 hours, or of 75 minutes. -#}
{% macro formatted(text, pattern, type) -%}
    cast(try_strptime(
        {%- if pattern.endswith('%z') %}
        case
            when regexp_matches(
                {{ text }}, '([+](0[0-9]|1[0-3])(:?[0-5][0-9])?|[+]14(:?00)?|-(0[0-9]|1[01])(:?[0-5][0-9])?|-12(:?00)?) *$'
            ) then trim({{ text }})
        end
        {%- else %}
        trim({{ text }})
        {%- endif %}, '{{ pattern }}'
    ) as {{ type }})
{%- endmacro %}

{#- A timestamp; NULL where it is before the earliest date. -#}
{% macro not_before(moment, earliest) -%}
    list_filter([{{ moment }}], lambda moment: moment >= timestamp '{{ earliest }}')[1]
{%- endmacro %}

{#- Seconds, milliseconds or microseconds since 1970, distinguished by their number of digits (10, 13, 16). -#}
{% macro epoch_time(text, earliest) -%}
    case
        when regexp_full_match({{ text }}, ' *([0-9]{10}([.][0-9]+)?|[0-9]{13}|[0-9]{16}) *')
            then {{ not_before(
                "make_timestamp(cast(left(rpad(replace(trim(" ~ text ~ "), '.', ''), 16, '0'), 16) as bigint))", earliest
            ) }}
    end
{%- endmacro %}

{#- Every blank as a blank (browsers write AM and PM behind a narrow one), and the minus sign as a hyphen. -#}
{% macro blanks_alike(text) -%}
    trim(translate({{ text }}, chr(160) || chr(8201) || chr(8239) || chr(9) || chr(8722), '    -'))
{%- endmacro %}

{#- A day of eight digits or between slashes as one between hyphens, and a clock without colons as one with them. -#}
{% macro spelled_alike(text) -%}
    {%- set day = '^([0-9]{4})([0-9]{2})([0-9]{2})' -%}
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace({{ blanks_alike(text) }}, '^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})', '\1-\2-\3'),
                '{{ day }}$', '\1-\2-\3'
            ),
            '{{ day }}[Tt]?([0-9]{2})([0-9]{2})([0-9]{2})([^0-9]|$)', '\1-\2-\3 \4:\5:\6\7'
        ),
        '{{ day }}[Tt]([0-9]{2})([0-9]{2})([^0-9]|$)', '\1-\2-\3 \4:\5\6'
    )
{%- endmacro %}

{#- The time as it is written. With AM or PM hours run from 1 to 12, else from 0 to 24, where 24:00 is the next day's 0:00. -#}
{% macro local_time(part, earliest) -%}
    {{ not_before(
        "try_cast(" ~ part ~ ".year || '-' || " ~ part ~ ".month || '-' || " ~ part ~ ".day || ' ' || case
            when " ~ part ~ ".hour = '' then '00'
            when " ~ part ~ ".half = '' then " ~ part ~ ".hour
            when cast(" ~ part ~ ".hour as integer) between 1 and 12
                then cast(
                    cast(" ~ part ~ ".hour as integer) % 12 + case when lower(" ~ part ~ ".half) = 'p' then 12 else 0 end as varchar
                )
        end || ':' || rpad(" ~ part ~ ".minute, 2, '0') || ':' || rpad(" ~ part ~ ".second, 2, '0')
        || case when " ~ part ~ ".fraction = '' then '' else '.' || " ~ part ~ ".fraction end as timestamp)", earliest
    ) }}
{%- endmacro %}

{#- What may be said of a zone behind a time: an offset (+01:00, +0100, -8, GMT-3), a name, or both (+0100 CET,
    +01:00[Europe/Berlin]). -#}
{% macro zone_pattern() -%}
    (?: *(UTC|GMT|UT)?([+-])([0-9]{1,2}|[0-9]{2}[0-5][0-9]|[0-9]{1,2}:[0-5][0-9]))?(?: *(?:([A-Za-z][A-Za-z0-9_+/-]*)|\[([A-Za-z][A-Za-z0-9_+/-]*)\]))?
{%- endmacro %}

{% macro zone_parts() -%}
    'prefix', 'sign', 'offset', 'name', 'bracketed'
{%- endmacro %}

{#- The local time `at`, with what is said of its zone: minutes ahead of UTC, and a name. -#}
{% macro with_zone(part, local) -%}
    {%- set hours = "split_part(" ~ part ~ ".offset, ':', 1)" -%}
    {
        'at': {{ local }},
        'minutes': list_filter(
            [
                case {{ part }}.sign when '+' then 1 else -1 end * (
                    60 * try_cast(left({{ hours }}, 2) as integer)
                    + case
                        when contains({{ part }}.offset, ':') then try_cast(split_part({{ part }}.offset, ':', 2) as integer)
                        when length({{ part }}.offset) = 4 then try_cast(right({{ part }}.offset, 2) as integer)
                        else 0
                    end
                )
            ],
            lambda minutes: minutes between -720 and 840
        )[1],
        'name': {{ part }}.name || {{ part }}.bracketed,
        'words': {{ zone_words(part ~ '.name') }},
        'is_offset': {{ part }}.sign <> '',
        'is_zoned': {{ part }}.sign <> '' or {{ part }}.name || {{ part }}.bracketed <> ''
    }
{%- endmacro %}

{#- The instant of `stated`: by its offset, by its name, by both where they agree, else in the source's zone. A local time
    that the clocks skip is read by the offset before; one that comes twice is the second of the two. -#}
{% macro instant(stated, zone) -%}
    {%- set by_offset = stated ~ ".at - to_minutes(" ~ stated ~ ".minutes)" -%}
    {%- set by_area = (
        "make_timestamp(epoch_us(cast(try_strptime(strftime(" ~ stated ~ ".at, '%Y-%m-%d %H:%M:%S.%f') || ' ' || "
        ~ stated ~ ".name, '%Y-%m-%d %H:%M:%S.%f %Z') as timestamptz)))"
    ) -%}
    case
        when not {{ stated }}.is_zoned then make_timestamp(epoch_us(timezone({{ zone }}, {{ stated }}.at)))
        when {{ stated }}.name = '' then {{ by_offset }}
        when {{ stated }}.name in ('Z', 'z', 'UTC', 'GMT', 'UT')
            then case when coalesce({{ stated }}.minutes, 0) = 0 then {{ stated }}.at end
        when contains({{ stated }}.name, '/')
            then case
                when not {{ stated }}.is_offset then {{ by_area }}
                -- An area that is none has no instant; the engine would fail on it.
                when {{ by_area }} is not null
                    then case
                        when timezone({{ stated }}.name, timezone('UTC', {{ by_offset }})) = {{ stated }}.at
                            then {{ by_offset }}
                    end
            end
        when {{ stated }}.is_offset
            then case when list_contains({{ stated }}.words, {{ stated }}.minutes) then {{ by_offset }} end
        else list_filter(
            list_transform({{ stated }}.words, lambda minutes: {{ stated }}.at - to_minutes(minutes)),
            lambda moment: timezone({{ zone }}, timezone('UTC', moment)) = {{ stated }}.at
        )[1]
    end
{%- endmacro %}

{#- Minutes ahead of UTC that a zone's short name stands for. Many stand for several, and some are written all year round,
    so that a word by itself is believed only where the source's zone agrees with it. -#}
{% macro zone_words(name) -%}
    {%- set words = {
        'WET': [0], 'WEST': [60], 'CET': [60], 'CEST': [120], 'EET': [120], 'EEST': [180], 'MSK': [180, 240],
        'BST': [60, 360, 660], 'IST': [60, 120, 330], 'IDT': [180], 'SAST': [120], 'WAT': [60], 'CAT': [120], 'EAT': [180],
        'NST': [-210], 'NDT': [-150], 'AST': [-240, 180], 'ADT': [-180], 'EST': [-300], 'EDT': [-240],
        'CST': [-360, 480], 'CDT': [-300], 'MST': [-420], 'MDT': [-360], 'PST': [-480, 480], 'PDT': [-420],
        'AKST': [-540], 'AKDT': [-480], 'HST': [-600], 'JST': [540], 'KST': [540], 'HKT': [480], 'PKT': [300],
        'WIB': [420], 'WITA': [480], 'WIT': [540], 'AWST': [480], 'ACST': [570], 'ACDT': [630], 'AEST': [600],
        'AEDT': [660], 'NZST': [720], 'NZDT': [780]
    } -%}
    case {{ name }}
        {%- for word, minutes in words.items() %}
        when '{{ word }}' then {{ minutes }}
        {%- endfor %}
    end
{%- endmacro %}
