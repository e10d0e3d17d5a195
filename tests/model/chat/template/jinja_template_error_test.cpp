#include "tests/model/chat/template/render.hpp"

#include "base/limits.hpp"

using namespace hadal;
using namespace hadal::test;
using namespace hadal::model::templates;

namespace {

std::string compile_error(const std::string& source) {
  const auto made = jinja_template::compile(source);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == error_code::invalid_config);
  return made.error().message;
}

std::string render_error(const std::string& source, run_limits limits = {}) {
  const auto text = compiled(source).render({{"asked", make_plain("asked")}}, limits, still_clock);
  INFO(source);
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().code == error_code::invalid_request);
  CHECK(text.error().param == "messages");
  return text.error().message;
}

} // namespace

TEST_CASE("a broken template is refused with the line and what was expected") {
  for (const auto& [source, message] : std::vector<std::pair<std::string, std::string>>{
           {"a\n{{ 1 +\n", "line 2: expected '}}' before the end of the template"},
           {"a\n{{ 1 + }}", "line 2: expected an expression, found '}}'"},
           {"{% if x %}\n\na", "line 3: expected '{% endif %}' before the end of the template"},
           {"{% if x %}\n{% endfor %}", "line 2: there is no statement 'endfor' here"},
           {"{% include 'x' %}", "line 1: the statement 'include' is not supported"},
           {"{{ x | nope }}", "line 1: there is no filter 'nope'"},
           {"{% if x is nope %}{% endif %}", "line 1: there is no test 'nope'"},
           {"{{ 'abc }}", "line 1: expected the end of a string"},
           {"{{ '\\x4' }}", "line 1: an escape in a string expects 2 hexadecimal digits"},
           {"{{ 99999999999999999999 }}",
            "line 1: the integer 99999999999999999999 is beyond 64 bits"},
           {"{{ (1] }}", "line 1: expected ')', found ']'"},
           {"{{ x ? y }}", "line 1: the character '?' is not expected in a tag"},
           {"{% for x y %}{% endfor %}", "line 1: expected 'in', found the name 'y'"},
           {"{% set 1 = 2 %}", "line 1: expected a name to assign to, found the number 1"},
           {"{% break %}", "line 1: 'break' stands in no for statement"},
           {"{% for x in y recursive %}{% endfor %}", "line 1: recursive loops are not supported"},
           {"{{ f(*x) }}", "line 1: arguments with '*' or '**' are not supported"},
           {"{# a", "line 1: expected '#}' at the end of a comment"},
           {"{{ '\xff' }}", "line 1: a chat template must be UTF-8"}})
    CHECK(compile_error(source) == message);
}

TEST_CASE("what a template calls and is not there is refused with its line before any chat") {
  for (const auto& [source, message] : std::vector<std::pair<std::string, std::string>>{
           {"a\n{{ cycler('a', 'b') }}", "line 2: there is no function 'cycler'"},
           {"{% set sep = joiner(', ') %}{{ sep() }}", "line 1: there is no function 'joiner'"},
           {"{% if false %}\n{{ x.y.swapcase() }}{% endif %}",
            "line 2: there is no method 'swapcase'"},
           {"{% for m in messages if m.nope() %}{% endfor %}", "line 1: there is no method 'nope'"},
           {"{% macro f(a=lipsum()) %}{% endmacro %}", "line 1: there is no function 'lipsum'"},
           {"{% call nope(1) %}{% endcall %}", "line 1: there is no function 'nope'"},
           {"{{ caller() }}", "line 1: there is no function 'caller'"},
           {"{{ loop.changed(1) }}", "line 1: there is no method 'changed'"},
           {"{{ x | map('nope') }}", "line 1: there is no filter 'nope'"},
           {"{{ x | selectattr('a', 'nope') }}", "line 1: there is no test 'nope'"},
           {"{{ x | reject('nope', 1) }}", "line 1: there is no test 'nope'"},
           {"{{ {'a': [nope(1)]} }}\n{{ other() }}", "line 1: there is no function 'nope'"}})
    CHECK(compile_error(source) == message);
}

TEST_CASE("what a template makes itself, or asks for, may be called") {
  for (const std::string source :
       {"{% macro f(g) %}{{ g() }}{% endmacro %}{{ range(3) }}",
        "{% if cycler is defined %}{{ cycler('a') }}{% endif %}",
        "{% if messages.nope is defined %}{{ messages.nope() }}{% endif %}",
        "{{ nope() if nope is not undefined else '' }}{{ f() if f is callable }}",
        "{% set ns = namespace() %}{% macro f() %}{% endmacro %}{% set ns.own = f %}{{ ns.own() }}",
        "{% macro f() %}x{% endmacro %}{% set d = {'own': f} %}{{ d.own() }}",
        "{% macro f() %}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}{{ f() }}",
        "{% for f in [range] %}{{ f(2) }}{{ loop.cycle(1, 2) }}{% endfor %}",
        "{% with f = range %}{{ f(2) }}{% endwith %}",
        "{% set f %}x{% endset %}{% if false %}{{ f() }}{% endif %}",
        "{{ x | map('upper') | map(attribute='nope') | select('odd') | list }}"})
    CHECK(jinja_template::compile(source).has_value());
}

TEST_CASE("a template that nests too deeply or is too long is refused") {
  const auto repeated = [](const std::string& s, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i)
      out += s;
    return out;
  };
  for (const std::string& source :
       {"{{ " + repeated("(", 100'000) + repeated(")", 100'000) + " }}",
        "{{ " + repeated("-", 100'000) + "1 }}", "{{ " + repeated("not ", 100'000) + "1 }}",
        "{{ x" + repeated(".x", 100'000) + " }}", "{{ 1" + repeated(" + 1", 100'000) + " }}",
        "{{ x" + repeated("|upper", 100'000) + " }}",
        "{{ " + repeated("[", 100'000) + repeated("]", 100'000) + " }}",
        "{{ " + repeated("{1:", 100'000) + repeated("}", 100'000) + " }}",
        "{{ x" + repeated("[x", 100'000) + repeated("]", 100'000) + " }}",
        "{{ x" + repeated("()", 100'000) + " }}", "{{ " + repeated("1 if ", 100'000) + " }}"})
    CHECK(compile_error(source) == "line 1: an expression nests deeper than 200");
  CHECK(compile_error(repeated("{% if x %}", 60'000)) == "line 1: statements nest deeper than 200");
  CHECK(compile_error(std::string(limits::template_source_bytes_max + 1, 'x'))
            .find("a chat template may have up to") != std::string::npos);
}

TEST_CASE("a rendering that fails says where and why") {
  for (const auto& [source, message] : std::vector<std::pair<std::string, std::string>>{
           {"\n\n{{ missing.x }}", "line 3: 'missing' is undefined"},
           {"{{ {}.a.b }}", "line 1: a dictionary has no attribute 'a'"},
           {"{{ 'a' + 1 }}", "line 1: '+' cannot take a string and an integer"},
           {"{% for x in none %}{% endfor %}",
            "line 1: cannot go through none: expected a list, a dictionary or a string"},
           {"{{ raise_exception('roles must ' ~ 'alternate') }}", "line 1: roles must alternate"},
           {"{% set f = asked %}{{ f() }}", "line 1: a string cannot be called"},
           {"{{ '{:>4}'.format(1) }}",
            "line 1: format() takes the fields {}, {0} and {name}, found {:>4}"},
           {"{{ '{a.b}'.format(a=1) }}",
            "line 1: format() takes the fields {}, {0} and {name}, found {a.b}"},
           {"{{ '{}{}'.format(1) }}", "line 1: format() has no argument for the field {}"},
           {"{{ '{1}'.format(1) }}", "line 1: format() has no argument for the field {1}"},
           {"{{ '{x}'.format(y=1) }}", "line 1: format() has no argument for the field {x}"},
           {"{{ '{0}{}'.format(1) }}",
            "line 1: format() cannot take both {} and fields with numbers"},
           {"{{ '{'.format(1) }}",
            "line 1: format() found a brace alone: \"{{\" and \"}}\" are braces"},
           {"{{ asked.append(1) }}", "line 1: a string has no attribute 'append'"},
           {"{{ [].append(1) }}", "line 1: a list cannot be changed"},
           {"{{ namespace(_a=1) }}",
            "line 1: the attribute '_a' of a namespace must not begin with '_'"},
           {"{{ 1 // 0 }}", "line 1: division by zero"},
           {"{{ 9223372036854775807 + 1 }}", "line 1: an integer goes beyond 64 bits"},
           {"{{ (-9223372036854775807 - 1) // -1 }}", "line 1: an integer goes beyond 64 bits"},
           {"{{ (-9223372036854775807 - 1) % -1 + missing }}", "line 1: 'missing' is undefined"},
           {"{{ missing | tojson }}", "line 1: tojson cannot write undefined"}})
    CHECK(render_error(source) == "the chat template, " + message);
}

TEST_CASE("work, memory and depth of a rendering are bounded") {
  const std::string steps = "the chat template, line 1: takes more than 20000000 steps";
  for (const std::string& source : std::vector<std::string>{
           "{% for a in range(1000000) %}{% for b in range(1000000) %}{% endfor %}{% endfor %}",
           // Lists that contain one list many times: shown, compared, written as JSON.
           "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}"
           "{% endfor %}{{ ns.l }}",
           "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}"
           "{% endfor %}{{ ns.l | tojson }}",
           "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(60) %}"
           "{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}"
           "{{ ns.l == ns.m }}"})
    CHECK(render_error(source) == steps);
  CHECK(render_error("{{ range(10000000) }}") ==
        "the chat template, line 1: range() gives up to 1000000 numbers");
  const std::string text = "the chat template, line 1: makes a text of more than 67108864 bytes";
  CHECK(render_error("{% set ns = namespace(s='x') %}{% for i in range(60) %}"
                     "{% set ns.s = ns.s + ns.s %}{% endfor %}") == text);
  CHECK(render_error("{{ 'x' * 1000000000000 }}") == text);
  CHECK(render_error("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}") ==
        "the chat template, line 1: nests more than 800 evaluations");
  CHECK(render_error("{% set ns = namespace(l=[]) %}{% for i in range(1000) %}"
                     "{% set ns.l = [ns.l] %}{% endfor %}") ==
        "the chat template, line 1: nests lists deeper than 200");
  run_limits few;
  few.steps = 10;
  CHECK(render_error("{% for x in range(9) %}{{ x }}{% endfor %}", few) ==
        "the chat template, line 1: takes more than 10 steps");
}

TEST_CASE("namespaces that contain each other are given back") {
  // AddressSanitizer's leak check is the assertion here.
  CHECK(rendered("{% set a = namespace() %}{% set b = namespace(a=a) %}{% set a.b = b %}"
                 "{% set a.a = a %}{{ a.b.a.b.a is defined }}") == "True");
}
