#include "net/openai/decode_parts.hpp"
#include "net/openai/schema_numbers.hpp"

#include <fmt/format.h>

namespace hadal::net {

namespace {

using kind_type = constraint_field::kind_type;

void read_schema(field_reader& format, generation_fields& out) {
  decode_failure& failure = format.failure();
  // {"json_schema": {"schema": ...}}, or flat: {"schema": ...}.
  std::optional<json_element> schema;
  std::string param;
  if (auto inner = format.object("json_schema")) {
    schema = inner->find("schema");
    param = inner->path_of("schema");
    bool strict = true; // every schema is enforced, with any value
    inner->read("strict", strict);
  } else {
    schema = format.find("schema");
    param = schema ? format.path_of("schema") : "response_format.json_schema";
  }
  if (failure)
    return;
  if (!schema)
    return failure.set(param, fmt::format("`{}` is missing.", param));
  if (schema->type() != json_type::OBJECT && schema->type() != json_type::BOOL)
    return failure.set_mismatch(param, "a JSON schema", *schema);
  constraint_field field{kind_type::json_schema, {}, param};
  append_schema_json(field.text, *schema);
  out.constraint = std::make_shared<const constraint_field>(std::move(field));
}

/// Sets `field` as the constraint; fails if there is one already.
void bind(decode_failure& failure, constraint_field field, generation_fields& out) {
  if (out.constraint)
    return failure.set(field.param,
                       fmt::format("An answer is held to one thing: `{}` and `{}` exclude each "
                                   "other.",
                                   out.constraint->param, field.param));
  out.constraint = std::make_shared<const constraint_field>(std::move(field));
}

/// Reads a source that is text; for JSON kinds an object is accepted too.
void bind_source(field_reader& fields, std::string_view name, kind_type kind,
                 generation_fields& out) {
  decode_failure& failure = fields.failure();
  const auto element = fields.find(name);
  if (!element || failure)
    return;
  const bool is_json = kind == kind_type::json_schema || kind == kind_type::structural_tag;
  std::string_view text;
  constraint_field field{kind, {}, fields.path_of(name)};
  if (element->get_string().get(text) == simdjson::SUCCESS)
    field.text = text;
  else if (is_json && element->type() == json_type::OBJECT)
    append_schema_json(field.text, *element);
  else
    return failure.set_mismatch(
        field.param, is_json ? "a JSON object, as text or object" : "a string", *element);
  bind(failure, std::move(field), out);
}

/// Reads a list of texts, of which the answer must be one, as a pattern that matches exactly these.
void bind_choice(field_reader& fields, std::string_view name, generation_fields& out) {
  static constexpr std::string_view special = R"(^$\.*+?()[]{}|/)";
  decode_failure& failure = fields.failure();
  const auto element = fields.find(name);
  if (!element || failure)
    return;
  constraint_field field{kind_type::regex, "(", fields.path_of(name)};
  json_array items;
  if (element->get_array().get(items) != simdjson::SUCCESS || items.size() == 0)
    return failure.set_mismatch(field.param, "an array of strings with at least one", *element);
  for (const json_element item : items) {
    std::string_view text;
    if (item.get_string().get(text) != simdjson::SUCCESS)
      return failure.set_mismatch(field.param, "an array of strings", item);
    if (field.text.size() > 1)
      field.text += '|';
    for (const char c : text) {
      if (special.find(c) != std::string_view::npos)
        field.text += '\\';
      field.text += c;
    }
  }
  field.text += ')';
  bind(failure, std::move(field), out);
}

} // namespace

void read_response_format(field_reader& body, generation_fields& out) {
  auto format = body.object("response_format");
  if (!format)
    return;
  decode_failure& failure = body.failure();
  const auto type = format->find("type");
  std::string_view name;
  if (!type)
    return failure.set("response_format.type", "`response_format.type` is missing.");
  if (type->get_string().get(name) != simdjson::SUCCESS)
    return failure.set_mismatch("response_format.type", "a string", *type);
  if (name == "text")
    return;
  if (name == "json_object" && format->find("schema"))
    read_schema(*format, out);
  else if (name == "json_object")
    out.constraint = std::make_shared<const constraint_field>(
        constraint_field{kind_type::json_object, {}, "response_format"});
  else if (name == "json_schema")
    read_schema(*format, out);
  else if (name == "structural_tag") {
    constraint_field field{kind_type::structural_tag, {}, "response_format"};
    append_schema_json(field.text, *body.find("response_format"));
    out.constraint = std::make_shared<const constraint_field>(std::move(field));
  } else
    failure.set_mismatch("response_format.type",
                         R"("text", "json_object", "json_schema" or "structural_tag")", *type);
}

void read_constraint_aliases(field_reader& body, generation_fields& out) {
  bind_source(body, "guided_json", kind_type::json_schema, out);
  bind_source(body, "guided_regex", kind_type::regex, out);
  bind_source(body, "guided_grammar", kind_type::ebnf, out);
  bind_choice(body, "guided_choice", out);
  bind_source(body, "grammar", kind_type::ebnf, out);
  auto outputs = body.object("structured_outputs");
  if (!outputs)
    return;
  bind_source(*outputs, "json", kind_type::json_schema, out);
  bind_source(*outputs, "regex", kind_type::regex, out);
  bind_source(*outputs, "grammar", kind_type::ebnf, out);
  bind_source(*outputs, "structural_tag", kind_type::structural_tag, out);
  bind_choice(*outputs, "choice", out);
  bool json_object = false;
  outputs->read("json_object", json_object);
  if (json_object)
    bind(body.failure(), {kind_type::json_object, {}, outputs->path_of("json_object")}, out);
}

void read_constraint(field_reader& fields, generation_fields& out) {
  decode_failure& failure = fields.failure();
  bind_source(fields, "json_schema", kind_type::json_schema, out);
  bind_source(fields, "regex", kind_type::regex, out);
  bind_source(fields, "ebnf", kind_type::ebnf, out);
  bind_source(fields, "structural_tag", kind_type::structural_tag, out);
  if (out.constraint && out.ignore_eos)
    failure.set(fields.path_of("ignore_eos"),
                fmt::format("`ignore_eos` and `{}` exclude each other: an answer under a grammar "
                            "ends when it is whole.",
                            out.constraint->param));
  if (fields.find("stop_regex"))
    failure.set(fields.path_of("stop_regex"),
                fmt::format("`{}` is not supported: `{}` takes strings, and `{}` binds the whole "
                            "answer.",
                            fields.path_of("stop_regex"), fields.path_of("stop"),
                            fields.path_of("regex")));
}

} // namespace hadal::net
