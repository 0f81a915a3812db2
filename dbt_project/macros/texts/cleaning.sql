{#- Invisible characters of a text: blanks of every kind, controls, and characters that only steer how text is set (zero-width
    spaces and joiners, marks of direction, the byte order mark). They cling to what is copied and pasted, and would make
    two ids of one. The engine's trim() takes blanks of the category Zs alone. `workspace/texts.py` holds the same
    functions for Python; a test compares the two over all of Unicode.

    The characters are those of the categories Cc, Cf, Zs, Zl and Zp. They are written out, because engines and Pythons
    know different versions of Unicode, and a key must not depend on them. -#}

{#- Blanks, beside the plain one: of Zs, Zl and Zp, and the controls that move the pen (tab, line ends, page feed). -#}
{% macro other_blanks() -%}
    \x{9}-\x{D}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}
{%- endmacro %}

{#- What takes no room at all: the other controls (Cc), and Cf. -#}
{% macro invisible_characters() -%}
    \x{0}-\x{8}\x{E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}\x{AD}\x{600}-\x{605}\x{61C}\x{6DD}\x{70F}\x{890}\x{891}\x{8E2}\x{180E}
    {{- "" -}}
    \x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{206F}\x{FEFF}\x{FFF9}-\x{FFFB}\x{110BD}\x{110CD}
    {{- "" -}}
    \x{13430}-\x{1343F}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0001}\x{E0020}-\x{E007F}
{%- endmacro %}

{#- A text without invisible characters at its ends; NULL where nothing is left. What is inside stays as it is. -#}
{% macro clean_text(text) -%}
    {{ return(adapter.dispatch('clean_text')(text)) }}
{%- endmacro %}

{#- Most texts are clean already: they are read once, as fast as by trim(), and not copied. -#}
{% macro default__clean_text(text) -%}
    {%- set unseen = " " ~ other_blanks() ~ invisible_characters() -%}
    nullif(
        case
            when regexp_matches({{ text }}, '^[{{ unseen }}]|[{{ unseen }}]$')
                then regexp_replace({{ text }}, '^[{{ unseen }}]+|[{{ unseen }}]+$', '', 'g')
            else {{ text }}
        end,
        ''
    )
{%- endmacro %}

{#- A text as an identifier or an address: two that look alike are one. What takes no room is left out wherever it
    stands, every blank inside is a plain one, and there is none at the ends; NULL where nothing is left. -#}
{% macro clean_id(text) -%}
    {{ return(adapter.dispatch('clean_id')(text)) }}
{%- endmacro %}

{% macro default__clean_id(text) -%}
    nullif(
        case
            when regexp_matches({{ text }}, '^ |[{{ other_blanks() }}{{ invisible_characters() }}]| $')
                then trim(
                    regexp_replace(
                        regexp_replace({{ text }}, '[{{ other_blanks() }}]', ' ', 'g'),
                        '[{{ invisible_characters() }}]', '', 'g'
                    )
                )
            else {{ text }}
        end,
        ''
    )
{%- endmacro %}
