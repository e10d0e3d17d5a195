#include "tests/model/chat/template/render.hpp"

using namespace hadal;
using namespace hadal::test;
using namespace hadal::model::templates;

TEST_CASE("a template's text is control, a request's is plain, and so is what is computed") {
  CHECK(shown(marked("a{{ 'b' }}{{ asked }}c")) == "ab«asked»c");
  CHECK(shown(marked("{{ 1 + 1 }}|{{ [asked, 'x'] }}|{{ none }}")) ==
        "«2»|«['asked', 'x']»|«None»");
  CHECK(shown(marked("{{ asked ~ '<t>' ~ asked }}")) == "«asked»<t>«asked»");
  CHECK(shown(marked("{{ '<t>' + asked * 2 + 'x' * 2 }}")) == "<t>«askedasked»xx");
}

TEST_CASE("marks survive filters, methods, slices, macros and captured blocks") {
  const std::string mixed = "{% set s = '<a>' + asked + '<b>' %}";
  for (const auto& [expression, expected] : std::vector<std::pair<std::string, std::string>>{
           {"s | upper", "<A>«ASKED»<B>"},
           {"s | trim", "<a>«asked»<b>"},
           {"s | replace('k', '_')", "<a>«as»_«ed»<b>"},
           {"s.replace('<a>', asked)", "«askedasked»<b>"},
           {"s.split('k')[1]", "«ed»<b>"},
           {"s[1:5]", "a>«as»"},
           {"s[::-1]", ">b<«deksa»>a<"},
           {"s | list | join('.')", "<.a.>.«a».«s».«k».«e».«d».<.b.>"},
           {"s | tojson", "«\"»<a>«asked»<b>«\"»"},
           {"{'k': s} | tojson", "«{\"»k«\": \"»<a>«asked»<b>«\"}»"},
           {"[s, 'x'] | map('upper') | join(asked)", "<A>«ASKED»<B>«asked»X"},
           {"s | capitalize", "<a>«asked»<b>"},
           {"s.title()", "<A>«Asked»<B>"},
           {"'%s|%s' % (s, asked)", "<a>«asked»<b>|«asked»"},
           {"'{{{}|{x}}}'.format(s, x=asked)", "{<a>«asked»<b>|«asked»}"},
           {"(s ~ '{0}{1}{0}').format(1, 2)", "<a>«asked»<b>«121»"},
           {"s.partition('k')[2]", "«ed»<b>"},
           {"s | indent", "<a>«asked»<b>"},
           {"s | default('x')", "<a>«asked»<b>"},
           {"(s | string)[3]", "«a»"},
           {"namespace(x=s).x", "<a>«asked»<b>"},
           {"dict(x=s).x", "<a>«asked»<b>"},
           {"[s] | sort | first", "<a>«asked»<b>"}})
    CHECK(shown(marked(mixed + "{{ " + expression + " }}")) == expected);
  CHECK(shown(marked(mixed + "{% macro m(x) %}({{ x }}){% endmacro %}{{ m(s) }}")) ==
        "(<a>«asked»<b>)");
  CHECK(shown(marked(mixed + "{% set t %}[{{ s }}]{% endset %}{{ t | lower }}")) ==
        "[<a>«asked»<b>]");
  CHECK(shown(marked(mixed + "{% filter upper %}f{{ s }}{% endfilter %}")) == "F<A>«ASKED»<B>");
}

TEST_CASE("a format of a date that a request brings stays plain") {
  CHECK(shown(marked("{{ strftime_now(asked) }}", "%Y<t>")) == "«2025<t>»");
  CHECK(rendered("{{ strftime_now('%d %b %Y') }}") == "03 Feb 2025");
}

TEST_CASE("what a template reads is known") {
  const auto made = compiled("{% set a = b %}{{ c.get('d').e }}{% for f in g %}{% endfor %}");
  for (const char* name : {"b", "c", "g"})
    CHECK(made.reads(name));
  for (const char* name : {"a", "d", "e", "f", "h"})
    CHECK_FALSE(made.reads(name));
}

TEST_CASE("a template serves many renderings, and none changes the next") {
  const auto made = compiled("{% set ns = namespace(n=0) %}{% for x in range(3) %}"
                             "{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}");
  for (int i = 0; i < 3; ++i)
    CHECK(made.render({}, run_limits{}, still_clock)->text() == "3");
}

TEST_CASE("a macro that is called outside of the block that defines it is an error, not a fault") {
  const auto made = compiled("{% set ns = namespace(f=1) %}{% for x in [1] %}{% macro g() %}{{ x }}"
                             "{% endmacro %}{% set ns.f = g %}{% endfor %}{{ ns.f() }}");
  const auto text = made.render({}, run_limits{}, still_clock);
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().message == "the chat template, line 1: the macro 'g' is called outside of the "
                                "block that defines it");
}

TEST_CASE("names of one template may be as many as a request has, and integers as long") {
  const auto made = compiled("{{ n }} {{ n | tojson }} {{ n is number }}");
  const auto text = made.render({{"n", {spelled_number{"123456789012345678901234567890"}}}},
                                run_limits{}, still_clock);
  REQUIRE(text.has_value());
  CHECK(text->text() == "123456789012345678901234567890 123456789012345678901234567890 True");
}
