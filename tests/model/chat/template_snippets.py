"""Short templates, one feature each, for jinja_equality_test.py.

They are rendered with MESSAGES, TOOLS and KWARGS below. The result of Jinja2, which may be a refusal, is
the expected one.
"""

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "  Hello, Wörld!\n你好 🙂 <b>'x'</b> \"y\" \\ "},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "call_0", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"}},
        {"id": "call_1", "type": "function", "function": {"name": "g", "arguments": "{}"}}]},
    {"role": "tool", "content": "42", "tool_call_id": "call_0"},
    {"role": "tool", "content": "", "tool_call_id": "call_1"},
    {"role": "assistant", "content": "a,b,,c", "reasoning_content": "r1</think>r2</think>r3"},
]
TOOLS = [
    {"type": "function", "function": {"name": "zeta", "description": "d\té", "parameters": {
        "type": "object", "properties": {"b": {"type": "integer", "minimum": -0.5}, "a": {"enum": [1, None, True, "x"]}},
        "items": [], "required": []}}},
    {"type": "function", "function": {"name": "Alpha", "parameters": {}}},
]
KWARGS = {"thinking": True, "n": 7, "pi": 2.5, "word": "straße ǆ ΑΣ", "nothing": None, "enable_thinking": False}

EXPRESSIONS = r"""
1 + 2 * 3 - 4 | 7 // 2 | -7 // 2 | 7 % -3 | -7 % 3 | 7 / 2 | 2 ** 10 | -2 ** 2 | 2 ** -1 | 7.5 // 2 | -7.5 % 2 | 1e3 | 1_000
0x1F + 0b101 + 0o17 | 1.5 + 1 | 1 / 0 | 1 // 0 | 3 * 'ab' | 'ab' * 0 | [1, 2] * 2 | [1] + [2] | (1,) + (2,) | [1] + (2,)
'a' + 1 | 'a' ~ 1 ~ none ~ true ~ 1.0 | '%s is %d' % ('x', 3) | '%s' % 'y' | '%d%%' % 3.7 | '%s' % [1] | 'a' 'b' "c"
1 < 2 < 3 | 1 < 3 < 2 | 'a' < 'b' | [1, 2] < [1, 3] | 1 < 'a' | 1 == 1.0 | true == 1 | 'a' == 'a' | none == none | none < 1
2 in [1, 2] | 'a' in 'cat' | 1 in 'cat' | 'role' in messages[0] | 'x' not in messages[0] | 1 in none | [1] in {} | 1 in missing
not true | not '' | true and 'x' | false or 'y' | '' or 0 or none | 1 if true else 2 | 1 if false | (1 if false) is defined
'a' if n > 5 else 'b' if n > 3 else 'c'
missing | missing.x | missing['x'] | missing() | missing + 1 | missing ~ 'x' | -missing
messages[0].role | messages[0]['role'] | messages[0].nope | messages[0]['nope'] | messages[-1].role | messages[99] | messages['a']
messages[0].items | messages[0].get('role') | messages[0].get('nope') | messages[0].get('nope', 5) | messages[0].items() | messages[0].keys() | list
messages[0].keys() | list | messages[0].values() | list | none.x | none['x'] | n.x | 'abc'[1] | 'abc'[-1] | 'abc'[9] | 'äöü'[1]
'abcdef'[1:3] | 'abcdef'[::-1] | 'abcdef'[-2:] | 'abcdef'[:-2] | 'abcdef'[4:1:-1] | 'äöü🙂'[1:] | [1, 2, 3][1:] | [1, 2, 3][::2] | [1, 2, 3][::-1]
'abc'[::0] | word[1:word] | nothing[1:] | missing[1:] | messages[0][1:] | (1, 2, 3)[1:] | 'abc'[5:] | [1][-5:5] | 'abc'[none:2]
{'a': 1, 'b': [2]} | {'a': 1}['a'] | {'a': 1}.a | {1: 2}[1] | {'a': 1, 'a': 2} | {} | [] | () | (1,) | {'a': {}}.a.b | {[1]: 2}
[1, 'a', none, true, 1.5, {'k': 'v'}, (1, 2)] | ['it\'s', "q\"", 'é\n\t\x07'] | ["'\""] | ['\u200b', '\xa0', '🙂'] | {'items': 1}.items | {'items': 1}['items']
loop | true | True | none | None | range(3) | range(3) | list | range(2, 8, 3) | list | range(5, 0, -2) | list | range(1, 2, 0) | range('a')
dict(a=1, b=2) | dict([('a', 1)]) | dict({'x': 1}, y=2) | namespace(a=1).a | namespace(a=1).b | namespace({'x': 2}).x
'a,b,,c'.split(',') | 'a b  c '.split() | 'a b  c'.split(' ') | 'a,b,c'.split(',', 1) | 'a,b,c'.rsplit(',', 1) | ' a b c '.split(none, 1) | ' a b c '.rsplit(none, 1)
''.split() | ''.split(',') | 'abc'.split('') | 'a</think>b</think>c'.split('</think>')[-1] | 'a</think>b'.split('</think>', 1)[1] | 'x'.split('</think>')[1]
'  x '.strip() | 'xxaxx'.strip('x') | 'xyaxy'.lstrip('yx') | 'abc\n'.rstrip('\n') | '\u3000\x1fa\x85'.strip() | 'éaé'.strip('é') | 'a'.strip(none)
'abc'.startswith('a') | 'abc'.endswith(('x', 'c')) | 'abc'.startswith(['a']) | 'abc'.find('c') | 'äbc'.find('c') | 'abc'.find('x') | 'abcb'.rfind('b') | 'abc'.index('x')
'aXbX'.replace('X', 'y') | 'aXbX'.replace('X', 'y', 1) | 'abc'.replace('', '-') | ''.replace('', 'x') | 'äb'.replace('', '.') | 'abc'.replace('b', 1)
'abc'.upper() | word.upper() | word.lower() | 'HELLO wORLD'.title() | 'hELLO'.capitalize() | word.capitalize() | 'ΑΣΑΣ ΑΣ.'.lower() | 'İI'.lower() | 'ŉﬁ'.upper() | 'Ǆ'.title()
'a\nb\r\nc\x0bd\u2028e\n'.splitlines() | 'a\nb\n'.splitlines(true) | 'a-b'.partition('-') | 'a-b-c'.rpartition('-') | 'ab'.partition('x') | '-'.join(['a', 'b']) | '-'.join([1])
'{} is {}'.format('x', 3) | '{1}{0}{1}'.format('a', none) | '{a}-{b}'.format(b=1.0, a=true) | '{} {a} {}'.format(1, 2, a=[1, 'x']) | '{{}}{}'.format(n)
'{}{}'.format(1) | '{0}{}'.format(1, 2) | '{x}'.format(y=1) | '{'.format(1) | '}'.format(1) | '{a{b}'.format(1) | '{-1}'.format(1) | '{}'.format(missing) | ''.format(1)
'abcabc'.count('bc') | 'aaa'.count('') | 'x1'.isalnum() | '12'.isdigit() | '½'.isnumeric() | ''.isalpha() | ' \t'.isspace() | 'AB'.isupper() | 'ab1'.islower() | 'preab'.removeprefix('pre') | 'abs'.removesuffix('s')
[1, 2].index(2) | [1, 2].index(3) | [1, 1].count(1) | [1].append(2) | {}.update({}) | 'x'.nope() | 'x'.nope | [].nope | {}.pop('a') | ''.__class__ | messages.__len__
messages | length | 'äöü' | length | missing | length | none | length | n | length | messages | count | {} | length
'  x ' | trim | 'xxa' | trim('x') | 1 | trim | 'aBc' | upper | 'aBc' | lower | 'hello wORLD (x)-[y' | title | 'hELLO' | capitalize | [1,2] | string | none | string | 'a' | safe | 1.0 | string
missing | default('d') | '' | default('d') | '' | default('d', true) | none | default('d') | none | d('x', boolean=true) | missing | default | (missing | default('a')) ~ 'b'
[1, 2, 3] | first | [1, 2, 3] | last | [] | first | 'abc' | first | 'abc' | last | missing | first | [3, 1, 2] | sort | ['b', 'A', 'c'] | sort | ['b', 'A', 'c'] | sort(case_sensitive=true) | [1, 'a'] | sort
[3, 1, 2] | sort(reverse=true) | tools | map(attribute='function.name') | list | tools | sort(attribute='function.name') | map(attribute='function.name') | join(', ') | [1, 2] | reverse | list | 'abc' | reverse
[1, 2, 3] | join('-') | [1, none, 'x'] | join | messages | join(',', attribute='role') | [1, 2, 3] | sum | [1.5, 2] | sum | [] | sum | [] | max | [1, 3, 2] | max | ['b', 'A'] | min | messages | sum(attribute='x')
['a', 'A', 'b', 'a'] | unique | list | [1, 2, 3, 4, 5] | batch(2) | list | [1, 2, 3] | batch(2, 'x') | list | {'b': 1, 'a': 2} | dictsort | {'b': 1, 'a': 2} | dictsort(by='value') | {'a': 1} | items | list | missing | items | list | 1 | items
messages | selectattr('role', 'equalto', 'user') | list | length | messages | selectattr('tool_calls') | map(attribute='role') | list | messages | rejectattr('role', 'in', ['user', 'tool']) | map(attribute='role') | list | messages | selectattr('content', 'none') | list | length
[1, 2, 3, 4] | select('even') | list | [0, 1, ''] | select | list | [1, 2] | reject('odd') | list | [1, 2] | select('nope') | list | ['a', 'b'] | map('upper') | list | [1, 2] | map('nope') | messages | map(attribute='name', default='?') | list | ['a'] | map('replace', 'a', 'b') | list
'42' | int | 'x' | int | 'x' | int(5) | '3.9' | int | 3.9 | int | -3.9 | int | none | int | 'ff' | int(0, 16) | ' 7 ' | int | '2.5' | float | 'x' | float | true | int | -3 | abs | -3.5 | abs | 'x' | abs
2.5 | round | 3.5 | round | 2.675 | round(2) | 2.1 | round(method='ceil') | 2.9 | round(method='floor') | 7 | round | 1234.5678 | round(2) | 'x' | round | 0.5 | round | 1.5 | round | -0.5 | round
'a\nb\n\nc' | indent | 'a\nb' | indent(2) | 'a\nb' | indent(2, true) | 'a\n\nb' | indent(2, blank=true) | 'a\nb' | indent('> ') | 'a\nb\n' | indent | '' | indent | '<&>"\'' | escape | 'x' | e | '%s-%s' | format('a', 1) | 'a b, c' | wordcount
messages[0] | tojson | tools | tojson | tools | tojson(indent=2) | tools[0] | tojson(indent=4, sort_keys=true) | 'é🙂"\\\n\x01\x7f</b>' | tojson | 'é🙂' | tojson(ensure_ascii=true) | [1.0, 1e20, 1e-7, -0.0, true, none] | tojson | {} | tojson | [] | tojson(indent=2) | missing | tojson
{'a': [1, {'b': 2}]} | tojson(separators=(',', ':')) | {'a': 1} | tojson(indent='\t') | [1, 2] | tojson(indent=0) | {1: 2, none: 3, true: 4} | tojson | {1.5: 2} | tojson | messages[0:2] | tojson | word | tojson | {'b': 1, 'a': 2} | tojson(sort_keys=true) | range | tojson | namespace(a=1) | tojson
x is defined | n is defined | n is not defined | none is none | n is none | word is string | n is string | tools[0] is mapping | tools is mapping | tools is iterable | word is iterable | n is iterable | tools is sequence | tools[0] is sequence | n is sequence
true is true | 1 is true | false is false | n is number | true is number | pi is float | n is integer | true is integer | true is boolean | n is odd | n is even | n is divisibleby 7 | n is divisibleby(2) | n is equalto 7 | n is eq(7) | n is ne 7 | n is gt 3 | n is ge(7) | n is lt 3 | n is le 7 | n is in [7] | n is sameas n | none is sameas none
'a' is lower | 'A' is upper | 'trim' is filter | 'nope' is filter | 'odd' is test | range is callable | n is callable | missing is undefined | n is undefined | n is nope | n | nope | not n is defined | n is not none and true | n is defined is true
raise_exception('no') | strftime_now('%Y-%m-%d %H:%M') | strftime_now('%d %b %Y') | messages[1].content | messages[1]['content'] | trim | length | messages[4].reasoning_content.split('</think>')[-1] | messages[4].content.split(',') | tojson
(messages | first).role | messages | map(attribute='content') | select('string') | list | messages[2].tool_calls | map(attribute='function') | map(attribute='name') | join(' ') | messages[2].tool_calls[0].function.arguments | tools[0].function.parameters.properties | tools[0].function.parameters.properties.items() | list | tools[0].function.parameters['items']
1 +  | (1 | [1 | {1 | 'abc | 1 2 | a b | | x | .x | a. | a[ | a[] | f(a=1, 2) | f(a=1, a=2) | 'a' | replace('a') | 'a' | replace('a', 'b', 'c', 'd') | 'a' | upper(1) | n(1) | word() | a.1 | messages.0.role | {'a' 1} | [1,,2] | (,) | 08 | 1.e5 | a ** ** b
1if true else 2 | 'a'if n else'b' | [n,] | {'a': 1,} | (n,) | not not n | - - n | +n | +'a' | n == 7 and pi > 2 or false | n in [1] or n in [7] | not n in [1] | 'x' ~ (1, 2) | "a\u00e9\x41\101\n" | 'a\qb' | '\u12' | 'a\
b' | true.x | "{{ x }}" | '%}' | {'}}': 1}['}}'] | [[1, [2]], {}] | 1 in {1: 2} | 'a' in {'a': 1} | 1.0 in [1] | (1, 2) == (1, 2) | [1] == (1,) | {'a': 1} == {'a': 1.0}
9223372036854775807 | -9223372036854775807 | 4611686018427387904 * 1 | 1.7976931348623157e308 * 10 | 0.1 + 0.2 | 1e16 | 1e15 | 123456789012345680.0 | 1e22 | 0.0001 | 0.00001 | 5 // 0.3 | 5 % 0.3 | -5 % 0.3 | 2 ** 0.5 | 10 ** -2 | 3.0 | 3.0 | int | 7 / 7
"""

TEMPLATES = [
    # White space control, line ends, comments, raw text.
    "  {% if true %}  \n  a  \n  {% endif %}  \nb\n", "{{ 1 }}\n{{ 2 }}\n\n", "a\n{%- if true -%}\n b \n{%- endif -%}\n c",
    "a {{- 1 -}} b", "a\n  {%+ if true %}x{% endif +%}\n b", "{# c #}\n  {# d #}\n x {#- e -#} y", "{#-#} a", "x\n{#+ c +#}\ny", "a\r\nb\rc\n",
    "{% raw %}{{ x }}{% endraw %}\n y", "{%- raw -%} {{ x }} {%- endraw -%} y", "  {% raw %}\n {% x %} \n  {% endraw %}\n z", "{% raw %}a", "{{ 'a' }}  \n  {% set x = 1 %}  \n{{ x }}",
    "\n\n{% set x = 1 %}\n\n{{ x }}", "{{ 1 }}   {% if true %} a {% endif %}", "\t{% if true %}\tb{% endif %}\t\nc", "\u00a0{% if true %}x{% endif %}", " {{ 1 }} { {% if true %}{{% endif %}", "a{% if true %}\n{% endif %}b", "{", "{{", "{%", "{#", "}}", "%} {{ '%}' }}", "{{ '}}' }}", "", "\n", "\n\n",
    "{% if true %}a{% endif %}\n\n  {% if true %}b{% endif %}", "{{ '\n' }}x\n", "{{ 1 -}}\n\n 2", "{%- if true %} {%- endif %} a", "a \n {%- set x = 1 -%} \n b", "  {#  #}  {% if true %}x{% endif %}", "x{%- raw %} a {% endraw -%} b", "{{ {'a': {'b': 1}}.a.b }}", "{{ {'a': {'b': 1}} }}", "{{ [{}] }}{% set x = {} %}", "{{+ 1 }} {{ 1 +}}",
    # if
    "{% if n > 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}", "{% if none %}a{% elif 0 %}b{% endif %}c", "{% if a, b %}x{% endif %}", "{% if true %}", "{% endif %}", "{% else %}", "{% if %}a{% endif %}", "{% if true %}{% endfor %}", "{% if true %}a{% else %}b{% elif true %}c{% endif %}",
    # for
    "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{{ m.role }};{% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role }}<{{ m.role }}>{{ loop.nextitem.role if not loop.last }}{% endfor %}", "{% for m in messages if m.role != 'system' %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "{% for x in [] %}a{% else %}b{% endfor %}", "{% for x in [1] if x > 1 %}a{% else %}b{% endfor %}",
    "{% for k, v in messages[0].items() %}{{ k }}={{ v }} {% endfor %}", "{% for k in messages[0] %}{{ k }} {% endfor %}", "{% for c in 'äb' %}{{ c }}.{% endfor %}", "{% for x in missing %}a{% else %}b{% endfor %}", "{% for x in none %}a{% endfor %}", "{% for x in 5 %}a{% endfor %}", "{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }}{% endfor %}",
    "{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}", "{% for (a, b) in [(1, 2)] %}{{ a }}{% endfor %}", "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}", "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% break %}", "{% for x in [1,2] %}{% for y in [1,2] %}{% break %}{% endfor %}{{ x }}{{ y }}{% endfor %}",
    "{% for x in [1, 2] %}{% for y in 'ab' %}{{ loop.index }}{{ loop.depth }}{% endfor %}{{ loop.index }}{% endfor %}{{ loop }}", "{% for x in [1, 2, 3] %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for x in [1] %}{{ x }}{% endfor %}{{ x }}", "{% set x = 0 %}{% for i in [1, 2] %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}", "{% for x in [1,2] %}{{ loop.nope }}{% endfor %}",
    "{% for x in x %}{{ x }}{% endfor %}", "{% set loop = 5 %}{% for x in [1] %}{{ loop.index }}{% endfor %}{{ loop }}", "{% for x in [3,1] | sort %}{{ x }}{% endfor %}", "{% for x in [1] %}{% endfor %}{% for", "{% for in x %}{% endfor %}", "{% for x.y in [1] %}{% endfor %}", "{% for x in [1] %}{% else %}{% else %}{% endfor %}", "{% for true in [1] %}{% endfor %}",
    # set, namespace
    "{% set x = 1, 2 %}{{ x }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set x %} a {{ 1 }} {% endset %}[{{ x }}]", "{% set x | upper | trim %} a {{ 1 }} {% endset %}[{{ x }}]", "{% set ns = namespace(a=1) %}{% for i in [1,2,3] %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}", "{% set x.y = 1 %}", "{% set d = {} %}{% set d.y = 1 %}{{ d }}", "{% set ns = namespace() %}{% set ns._x = 1 %}", "{% set ns = namespace() %}{{ ns.x }}{% set ns.x = [1] %}{{ ns.x }}{{ ns['x'] }}",
    "{% if true %}{% set x = 1 %}{% endif %}{{ x }}", "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}", "{% set messages = messages[1:] %}{{ messages | length }}", "{% set x = x %}{{ x }}", "{% set none = 1 %}", "{% set 1 = 2 %}", "{% set x %}", "{% set %}", "{% set x = %}", "{% set ns = namespace(n=namespace(v=1)) %}{% set ns.n.v = 2 %}{{ ns.n.v }}", "{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y }}", "{% set x = 'a' %}{% set x %}{{ x }}b{% endset %}{{ x }}",
    # macro, call, filter, with, generation
    "{% macro f(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(b=4, a=5) }}{{ f() }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(c=2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, a=2) }}", "{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, x=3) }}", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% set x = 1 %}{% macro f() %}{{ x }}{% set x = 2 %}{{ x }}{% endmacro %}{{ f() }}{{ x }}", "{% macro f() %}{{ y }}{% endmacro %}{% set y = 3 %}{{ f() }}", "{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}x{{ n }}{% endcall %}", "{% macro f() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) f() %}{{ a }}-{{ b }}{% endcall %}", "{% macro f() %}x{% endmacro %}{% call f() %}y{% endcall %}", "{% macro f(x) %}{{ x }}{% endmacro %}{{ f('<b>') | upper }}{{ f(1) + 'a' }}{{ f(1) is string }}",
    "{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}", "{% macro f(a=1, b) %}{% endmacro %}", "{% for x in [1,2] %}{% macro g() %}{{ x }}{% endmacro %}{{ g() }}{% endfor %}", "{% filter upper %}a{{ word }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aXa{% endfilter %}", "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% for x in [1, 2] %}{% with y = x %}{{ y }}{% break %}{% endwith %}{% endfor %}", "{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z }}", "{% generation %}a{{ n }}{% set q = 1 %}{% endgeneration %}{{ q }}", "{% for m in messages %}{% generation %}{{ m.role }}{% endgeneration %}{% endfor %}",
    "{% macro f() %}{% for x in [1,2,3] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}{% endmacro %}{{ f() }}", "{% macro f() %}{% endmacro %}[{{ f() }}]", "{% macro f %}{% endmacro %}", "{% macro f() %}", "{% call f %}{% endcall %}", "{% nope %}", "{% include 'x' %}", "{% filter nope %}{% endfilter %}", "{% macro f(a) %}{{ a is defined }}{{ a }}{% endmacro %}{{ f() }}{{ f(none) }}", "{% set f = 1 %}{% macro f() %}2{% endmacro %}{{ f() }}",
    # Whole shapes that templates have.
    "{{ bos_token }}{% for m in messages %}{{ '<|' + m['role'] + '|>\\n' }}{% if m['content'] is string %}{{ m.content | trim }}{% elif m.content is none %}-{% else %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endif %}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
    "{%- if tools %}\n    {{- '# Tools\\n' }}\n    {%- for tool in tools %}\n        {{- '\\n' }}\n        {{- tool | tojson }}\n    {%- endfor %}\n{%- endif %}\n{%- set ns = namespace(last=messages|length - 1, found=false) %}\n{%- for message in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n    {%- if not ns.found and message.role == 'user' and message.content is string and not(message.content.startswith('<r>') and message.content.endswith('</r>')) %}\n        {%- set ns.found = true %}\n        {%- set ns.last = index %}\n    {%- endif %}\n{%- endfor %}{{ ns.last }}",
    "{%- for message in messages %}\n  {%- set reasoning = '' %}\n  {%- if message.reasoning_content is string %}\n    {%- set reasoning = message.reasoning_content %}\n  {%- elif '</think>' in (message.content or '') %}\n    {%- set reasoning = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}\n  {%- endif %}\n  {{- '\\n<' ~ message.role ~ '>' ~ reasoning.strip('\\n') }}\n{%- endfor %}",
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}", "{%- if messages[0]['role'] == 'system' %}{%- set loop_messages = messages[1:] %}{%- set sys = messages[0]['content'] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}{{ sys }}{{ loop_messages | length }}",
    "{%- macro render(props, depth) %}{%- for name, p in props.items() | sort if p is mapping %}{{ '  ' * depth }}{{ name }}: {{ p.type | default('any') | upper }}{{ '' if loop.last else ',\\n' }}{%- endfor %}{%- endmacro %}{{ render(tools[0].function.parameters.properties, 1) }}",
    "{%- for tool in tools if tool.type == 'function' %}{%- set f = tool['function'] %}{{ f['name'] }}({{ f.parameters.get('properties', {}).keys() | join(', ') }}){% if 'description' in f %}: {{ f.description }}{% endif %}\n{% endfor %}",
    "{% if not thinking is defined %}{% set thinking = false %}{% endif %}{{ '<think>' if thinking else '</think>' }}{{ enable_thinking is defined and enable_thinking is false }}{{ documents is none }}{{ nothing is none }}",
]


def expressions():
    """Each expression on its own; those with '|' as a filter are found by their neighbours."""
    out = []
    for line in EXPRESSIONS.replace("\\\nb'", "\\\0b'").strip().split("\n"):
        parts = [p.replace("\0", "\n") for p in line.split(" | ")]
        out += parts
        # Neighbours joined again are filters applied, or errors: both are worth comparing.
        out += [" | ".join(parts[i:j]) for i in range(len(parts)) for j in (i + 2, i + 3) if j <= len(parts)]
    return out
